using System.Text;
using Whales.Testing.Images;

namespace Whales.Imaging.Tests;

public sealed class PhotoMetadataTests
{
    private static readonly Picture Scene = Picture.Waves(96, 64);

    public static TheoryData<ImageFormat> Formats => [.. Enum.GetValues<ImageFormat>().Where(format => format != ImageFormat.None)];

    [Theory]
    [MemberData(nameof(Formats))]
    public async Task WriteWithoutPositionAsync_EachFormat_LeavesNoTraceAndTheSamePicture(ImageFormat format)
    {
        var photo = format switch
        {
            ImageFormat.Jpeg => PhotosWithPosition.Jpeg(TestPhotos.Jpeg(Scene)),
            ImageFormat.Png => PhotosWithPosition.Png(TestPhotos.Png(Scene)),
            ImageFormat.WebP => PhotosWithPosition.WebP(Scene),
            ImageFormat.Gif => PhotosWithPosition.Gif(TestPhotos.Gif(Scene)),
            ImageFormat.Tiff => PhotosWithPosition.Tiff(Scene),
            _ => PhotosWithPosition.Avif(Scene),
        };
        Assert.True(HasSecret(photo), "The photo must give its position away at first.");

        var copy = await CleanAsync(photo, format);

        Assert.False(HasSecret(copy));
        Assert.Equal(PhotoHeader.Read(photo), PhotoHeader.Read(copy));
        Assert.InRange(Decoded.Of(photo).DistanceTo(Decoded.Of(copy)), 0, format == ImageFormat.Avif ? 3 : 0);
    }

    [Theory]
    [InlineData(ImageFormat.Jpeg)]
    [InlineData(ImageFormat.Png)]
    [InlineData(ImageFormat.WebP)]
    public async Task WriteWithoutPositionAsync_TurnedPhoto_KeepsItsOrientation(ImageFormat format)
    {
        var photo = format switch
        {
            ImageFormat.Jpeg => PhotosWithPosition.Jpeg(TestPhotos.Jpeg(Scene), 6),
            ImageFormat.Png => PhotosWithPosition.Png(TestPhotos.Png(Scene), 6),
            _ => PhotosWithPosition.WebP(Scene, 6),
        };

        var copy = await CleanAsync(photo, format);

        Assert.False(HasSecret(copy));
        Assert.Equal(6, PhotoHeader.Read(copy).Orientation);
        Assert.Equal(0, Decoded.Of(photo).DistanceTo(Decoded.Of(copy)));
    }

    [Fact]
    public async Task WriteWithoutPositionAsync_JpegWithoutMetadata_IsCopiedByteForByte()
    {
        foreach (var jpeg in new[] { TestPhotos.Jpeg(Scene), TestPhotos.ProgressiveJpeg(Scene) })
            Assert.Equal(jpeg, await CleanAsync(jpeg, ImageFormat.Jpeg));
    }

    [Fact]
    public async Task WriteWithoutPositionAsync_CmykJpeg_KeepsItsColours()
    {
        var photo = PhotosWithPosition.Jpeg(TestPhotos.CmykJpeg(40, 40, 200, 10, 30, 20));

        var copy = await CleanAsync(photo, ImageFormat.Jpeg);

        Assert.False(HasSecret(copy));
        Assert.Equal(0, Decoded.Of(photo).DistanceTo(Decoded.Of(copy)));
    }

    [Fact]
    public async Task WriteWithoutPositionAsync_ColourProfile_Stays()
    {
        var photo = PhotosWithPosition.Png(TestPhotos.DisplayP3Png(Picture.Solid(40, 40, (100, 150, 200))));
        var jpeg = TestPhotos.SrgbJpeg(Scene);

        Assert.Equal(0, Decoded.Of(photo).DistanceTo(Decoded.Of(await CleanAsync(photo, ImageFormat.Png))));
        Assert.True((await CleanAsync(jpeg, ImageFormat.Jpeg)).AsSpan().IndexOf("ICC_PROFILE"u8) > 0);
    }

    [Fact]
    public async Task WriteWithoutPositionAsync_Animation_KeepsItsFrames()
    {
        var photo = PhotosWithPosition.Gif(TestPhotos.Gif(Picture.Quadrants(20, 20), 12));

        Assert.Equal(12, PhotoHeader.Read(await CleanAsync(photo, ImageFormat.Gif)).Frames);
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public async Task WriteWithoutPositionAsync_DamagedPhoto_WritesNothing(ImageFormat format)
    {
        var photo = format switch
        {
            ImageFormat.Jpeg => TestPhotos.Jpeg(Scene),
            ImageFormat.Png => TestPhotos.Png(Scene),
            ImageFormat.WebP => TestPhotos.WebP(Scene),
            ImageFormat.Gif => TestPhotos.Gif(Scene),
            ImageFormat.Tiff => TestPhotos.Tiff(Scene),
            _ => TestPhotos.Avif(Scene),
        };
        foreach (var length in new[] { 0, 6, 13, photo.Length / 2 })
        {
            using var output = new MemoryStream();

            await Assert.ThrowsAsync<UnreadableImageException>(() =>
                PhotoMetadata.WriteWithoutPositionAsync(new MemoryStream(photo[..length]), format, output, TestContext.Current.CancellationToken));

            Assert.Equal(0, output.Length);
        }
    }

    private static async Task<byte[]> CleanAsync(byte[] photo, ImageFormat format)
    {
        using var output = new MemoryStream();
        await PhotoMetadata.WriteWithoutPositionAsync(new MemoryStream(photo), format, output, TestContext.Current.CancellationToken);
        return output.ToArray();
    }

    private static bool HasSecret(ReadOnlySpan<byte> photo)
    {
        Span<byte> bigEndian = stackalloc byte[4];
        PhotosWithPosition.SecretSeconds.CopyTo(bigEndian);
        bigEndian.Reverse();
        return photo.IndexOf(Encoding.ASCII.GetBytes(PhotosWithPosition.Secret)) >= 0
            || photo.IndexOf(PhotosWithPosition.SecretSeconds) >= 0
            || photo.IndexOf(bigEndian) >= 0;
    }
}
