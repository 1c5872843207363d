using Whales.Testing.Images;

namespace Whales.Imaging.Tests;

public sealed class ImageFormatsTests
{
    private static readonly Picture Small = Picture.Quadrants(16, 16);

    public static TheoryData<string, ImageFormat, string> Photos => new()
    {
        { "jpeg", ImageFormat.Jpeg, "image/jpeg" },
        { "png", ImageFormat.Png, "image/png" },
        { "webp", ImageFormat.WebP, "image/webp" },
        { "avif", ImageFormat.Avif, "image/avif" },
        { "tiff", ImageFormat.Tiff, "image/tiff" },
        { "gif", ImageFormat.Gif, "image/gif" },
    };

    [Theory]
    [MemberData(nameof(Photos))]
    public void Detect_Photo_TellsFormatAndContentType(string kind, ImageFormat format, string contentType)
    {
        var photo = kind switch
        {
            "jpeg" => TestPhotos.Jpeg(Small),
            "png" => TestPhotos.Png(Small),
            "webp" => TestPhotos.WebP(Small),
            "avif" => TestPhotos.Avif(Small),
            "tiff" => TestPhotos.Tiff(Small),
            _ => TestPhotos.Gif(Small),
        };

        var detected = ImageFormats.Detect(photo.AsSpan(0, Math.Min(photo.Length, ImageFormats.BytesToDetect)));

        Assert.Equal(format, detected.Format);
        Assert.Equal(contentType, detected.ContentType);
        Assert.Equal(contentType, ImageFormats.ContentType(format));
        Assert.True(detected.IsPhoto);
    }

    public static TheoryData<byte[], string> Others => new()
    {
        { [], "empty file" },
        { TestPhotos.Svg(), "SVG drawing" },
        { TestPhotos.Pdf(), "PDF document" },
        { TestPhotos.Heic(), "HEIC photo" },
        { TestPhotos.Text(), "text" },
        { TestPhotos.Html(), "HTML page" },
        { "PK\u0003\u0004rest of a zip"u8.ToArray(), "ZIP archive" },
        { [.. "BM"u8, 70, 0, 0, 0, 0, 0, 0, 0, 54, 0, 0, 0], "BMP picture" },
        { "FUJIFILMCCD-RAW 0201"u8.ToArray(), "camera RAW photo" },
        { [.. "II*\0"u8, 16, 0, 0, 0, .. "CR"u8, 2, 0], "camera RAW photo" },
        { [0, 0, 0, 24, .. "ftypcrx "u8, 0, 0, 0, 1], "camera RAW photo" },
        { [0, 0, 0, 24, .. "ftypisom"u8, 0, 0, 2, 0, .. "isommp42"u8], "video" },
        { [0, 0, 0, 24, .. "ftypmif1"u8, 0, 0, 0, 0, .. "mif1heic"u8], "HEIC photo" },
        { [.. "II*\0"u8, 8, 0, 0, 0, 1, 0, 0x12, 0xC6, 1, 0, 4, 0, 0, 0, 1, 4, 0, 0], "camera RAW photo" },
        { [1, 2, 3, 0, 200, 201], "file of an unknown kind" },
        { "RIFF\u0010\0\0\0WAVEfmt "u8.ToArray(), "RIFF file (sound or video)" },
    };

    [Theory]
    [MemberData(nameof(Others))]
    public void Detect_NoPhoto_NamesWhatItIs(byte[] bytes, string name)
    {
        var detected = ImageFormats.Detect(bytes);

        Assert.False(detected.IsPhoto);
        Assert.Equal(name, detected.Name);
        Assert.Null(detected.ContentType);
    }

    [Fact]
    public void Detect_NeutralBrandWithAvifAmongTheCompatible_IsAvif()
    {
        byte[] bytes = [0, 0, 0, 28, .. "ftypmif1"u8, 0, 0, 0, 0, .. "miafavifmif1"u8];

        Assert.Equal(ImageFormat.Avif, ImageFormats.Detect(bytes).Format);
    }

    [Fact]
    public void Detect_EveryPrefixOfAPhotoAndRandomBytes_NeverThrows()
    {
        var random = new Random(1);
        var avif = TestPhotos.Avif(Small);
        for (var length = 0; length < 64; length++)
        {
            ImageFormats.Detect(avif.AsSpan(0, length));
            var noise = new byte[length];
            random.NextBytes(noise);
            ImageFormats.Detect(noise);
            ImageFormats.Detect([.. "II*\0"u8, .. noise]);
            ImageFormats.Detect([.. "MM\0*"u8, .. noise]);
            ImageFormats.Detect([0, 0, 0, 255, .. "ftyp"u8, .. noise]);
        }
    }
}
