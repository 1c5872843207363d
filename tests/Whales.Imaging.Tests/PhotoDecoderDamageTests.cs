using Whales.Testing.Images;

namespace Whales.Imaging.Tests;

public sealed class PhotoDecoderDamageTests
{
    private static readonly Picture Scene = Picture.Waves(320, 240);

    [Theory]
    [InlineData("jpeg")]
    [InlineData("progressive")]
    [InlineData("png")]
    [InlineData("webp")]
    [InlineData("tiff")]
    [InlineData("avif")]
    [InlineData("gif")]
    public void Decode_SecondHalfMissing_IsDamaged(string kind)
    {
        var photo = kind switch
        {
            "jpeg" => TestPhotos.Jpeg(Scene),
            "progressive" => TestPhotos.ProgressiveJpeg(Scene),
            "png" => TestPhotos.Png(Scene),
            "webp" => TestPhotos.WebP(Scene),
            "tiff" => TestPhotos.Tiff(Scene),
            "avif" => TestPhotos.Avif(Scene),
            _ => TestPhotos.Gif(Scene),
        };

        var refusal = Assert.Throws<UnreadableImageException>(() => Decoded.Of(TestPhotos.Truncated(photo)));

        Assert.Equal(UnreadableReason.Damaged, refusal.Reason);
        Assert.EndsWith("is damaged or ends too early.", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Decode_NoPhoto_SaysWhatItIs()
    {
        foreach (var (bytes, name) in new[] { (TestPhotos.Svg(), "SVG drawing"), (TestPhotos.Heic(), "HEIC photo"), (TestPhotos.Text(), "text"), ([], "empty file") })
        {
            var refusal = Assert.Throws<UnreadableImageException>(() => Decoded.Of(bytes));

            Assert.Equal(UnreadableReason.Unsupported, refusal.Reason);
            Assert.Contains(name, refusal.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Decode_MorePixelsThanAllowed_IsRefusedBeforeDecoding()
    {
        var refusal = Assert.Throws<UnreadableImageException>(() => Decoded.Of(TestPhotos.HugePng()));

        Assert.Equal(UnreadableReason.TooManyPixels, refusal.Reason);
        Assert.Equal("The photo has 30000 x 30000 pixels; at most 100 million are accepted.", refusal.Message);
    }

    [Fact]
    public void Decode_MaxPixels_IsTheLargestAllowed()
    {
        var photo = TestPhotos.Jpeg(100, 50);
        var spec = Decoded.Spec();
        var numbers = new float[spec.Length];

        PhotoDecoder.Decode(photo, null, spec, numbers, maxPixels: 5000);

        Assert.Throws<UnreadableImageException>(() => PhotoDecoder.Decode(photo, null, spec, numbers, maxPixels: 4999));
    }

    [Fact]
    public void Decode_FlippedBytes_NeverThrowsAnythingElse()
    {
        var random = new Random(3);
        byte[][] photos = [TestPhotos.Jpeg(Scene), TestPhotos.Png(Scene), TestPhotos.WebP(Scene), TestPhotos.Gif(Scene), TestPhotos.Tiff(Scene)];
        for (var round = 0; round < 200; round++)
        {
            var broken = photos[round % photos.Length].ToArray();
            for (var i = 0; i < 3; i++)
                broken[random.Next(broken.Length)] ^= (byte)(1 << random.Next(8));
            try
            {
                Decoded.Of(broken);
            }
            catch (UnreadableImageException)
            {
                // One of the two answers that are allowed.
            }
        }
    }
}
