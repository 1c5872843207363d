using Whales.Testing.Images;

namespace Whales.Imaging.Tests;

public sealed class PhotoHeaderTests
{
    private static readonly Picture Wide = Picture.Waves(120, 80);

    public static TheoryData<ImageFormat> Formats => [.. Enum.GetValues<ImageFormat>().Where(format => format != ImageFormat.None)];

    [Theory]
    [MemberData(nameof(Formats))]
    public void Read_EachFormat_TellsSizeAndFrames(ImageFormat format)
    {
        var header = PhotoHeader.Read(Photo(format));

        Assert.Equal(new PhotoHeader(format, 120, 80, 1, 1), header);
        Assert.Equal(9600, header.Pixels);
    }

    [Theory]
    [InlineData(3)]
    [InlineData(6)]
    [InlineData(8)]
    public void Read_OrientedPhotos_TellStoredSizeAndOrientation(int orientation)
    {
        Assert.Equal(new PhotoHeader(ImageFormat.Jpeg, 120, 80, 1, orientation), PhotoHeader.Read(TestPhotos.WithOrientation(TestPhotos.Jpeg(Wide), orientation)));
        Assert.Equal(new PhotoHeader(ImageFormat.Png, 120, 80, 1, orientation), PhotoHeader.Read(TestPhotos.PngWithOrientation(TestPhotos.Png(Wide), orientation)));
    }

    [Fact]
    public void Read_ProgressiveJpeg_TellsSize() =>
        Assert.Equal(new PhotoHeader(ImageFormat.Jpeg, 120, 80, 1, 1), PhotoHeader.Read(TestPhotos.ProgressiveJpeg(Wide)));

    [Fact]
    public void ReadStart_AnyPartOfAJpeg_TellsNothingOrTheTruth()
    {
        var photo = TestPhotos.WithOrientation(TestPhotos.Jpeg(Wide), 6);
        var told = Enumerable.Range(0, photo.Length + 1).Select(length => PhotoHeader.ReadStart(photo.AsSpan(0, length))).ToList();

        Assert.Equal([null, PhotoHeader.Read(photo)], told.Distinct());
        Assert.Null(told[20]);
        Assert.NotNull(told[^1]);
        Assert.Null(PhotoHeader.ReadStart(TestPhotos.Png(Wide)));
    }

    [Fact]
    public void Read_AnimationOfHundredFrames_TellsThem()
    {
        var header = PhotoHeader.Read(TestPhotos.Gif(Picture.Quadrants(20, 10), 100));

        Assert.Equal(new PhotoHeader(ImageFormat.Gif, 20, 10, 100, 1), header);
    }

    [Fact]
    public void Read_HugePngOfAKilobyte_TellsItsSizeWithoutDecoding()
    {
        var png = TestPhotos.HugePng();
        Assert.InRange(png.Length, 500, 1500);

        var header = PhotoHeader.Read(png);

        Assert.Equal(900_000_000, header.Pixels);
    }

    [Fact]
    public void Read_File_TellsTheSameAsItsBytes()
    {
        var path = Path.Combine(Path.GetTempPath(), $"whales-{Guid.NewGuid():n}");
        try
        {
            foreach (var format in Enum.GetValues<ImageFormat>().Where(format => format != ImageFormat.None))
            {
                File.WriteAllBytes(path, Photo(format));
                Assert.Equal(PhotoHeader.Read(Photo(format)), PhotoHeader.Read(path));
            }

            File.WriteAllBytes(path, []);
            Assert.Contains("empty file", Assert.Throws<UnreadableImageException>(() => PhotoHeader.Read(path)).Message, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void Read_NoPhoto_SaysWhatItIs()
    {
        var refusal = Assert.Throws<UnreadableImageException>(() => PhotoHeader.Read(TestPhotos.Pdf()));

        Assert.Equal(UnreadableReason.Unsupported, refusal.Reason);
        Assert.Equal("This is not a photo in a format that we read (JPEG, PNG, WebP, AVIF, TIFF, GIF): PDF document.", refusal.Message);
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void Read_HeaderCutOff_IsDamaged(ImageFormat format)
    {
        var refusal = Assert.Throws<UnreadableImageException>(() => PhotoHeader.Read(Photo(format).AsSpan(0, 20)));

        Assert.Equal(UnreadableReason.Damaged, refusal.Reason);
        Assert.EndsWith("is damaged or ends too early.", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_RandomBytesBehindAJpegMarker_NeverThrowsAnythingElse()
    {
        var random = new Random(2);
        var jpeg = TestPhotos.OrientedJpeg(Wide, 6);
        for (var round = 0; round < 2000; round++)
        {
            var broken = jpeg.ToArray();
            for (var i = 0; i < 4; i++)
                broken[random.Next(2, 200)] = (byte)random.Next(256);
            try
            {
                Assert.InRange(PhotoHeader.Read(broken).Orientation, 1, 8);
            }
            catch (UnreadableImageException)
            {
                // One of the two answers that are allowed.
            }
        }
    }

    private static byte[] Photo(ImageFormat format) => format switch
    {
        ImageFormat.Jpeg => TestPhotos.Jpeg(Wide),
        ImageFormat.Png => TestPhotos.Png(Wide),
        ImageFormat.WebP => TestPhotos.WebP(Wide),
        ImageFormat.Avif => TestPhotos.Avif(Wide),
        ImageFormat.Tiff => TestPhotos.Tiff(Wide),
        _ => TestPhotos.Gif(Wide),
    };
}
