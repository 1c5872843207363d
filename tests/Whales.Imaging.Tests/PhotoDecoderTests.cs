using Whales.Testing.Images;

namespace Whales.Imaging.Tests;

public sealed class PhotoDecoderTests
{
    private static readonly Picture Four = Picture.Quadrants(160, 120);

    [Theory]
    [InlineData("jpeg")]
    [InlineData("progressive")]
    [InlineData("png")]
    [InlineData("webp")]
    [InlineData("lossless")]
    [InlineData("tiff")]
    [InlineData("gif")]
    [InlineData("avif")]
    [InlineData("animation")]
    public void Decode_EachFormat_ShowsTheFourColours(string kind)
    {
        var photo = kind switch
        {
            "jpeg" => TestPhotos.Jpeg(Four),
            "progressive" => TestPhotos.ProgressiveJpeg(Four),
            "png" => TestPhotos.Png(Four),
            "webp" => TestPhotos.WebP(Four),
            "lossless" => TestPhotos.LosslessWebP(Four),
            "tiff" => TestPhotos.Tiff(Four),
            "avif" => TestPhotos.Avif(Four),
            "gif" => TestPhotos.Gif(Four),
            _ => TestPhotos.Gif(Four, 5),
        };

        ShouldShowFour(Decoded.Of(photo), kind is "gif" or "animation" ? 12 : 5);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    [InlineData(8)]
    public void Decode_EachOrientationOfOneScene_GivesOneAnswer(int orientation)
    {
        var scene = Picture.Waves(400, 304);
        var upright = Decoded.Of(TestPhotos.Jpeg(scene));

        var turned = Decoded.Of(TestPhotos.OrientedJpeg(scene, orientation));

        Assert.InRange(upright.DistanceTo(turned), 0, 1.5);
        ShouldShowFour(Decoded.Of(TestPhotos.OrientedJpeg(Four, orientation)));
        ShouldShowFour(Decoded.Of(TestPhotos.OrientedJpeg(Four, orientation), Decoded.Spec(layout: TensorLayout.Nhwc)));
        ShouldShowFour(Decoded.Of(TestPhotos.PngWithOrientation(TestPhotos.Png(Four.StoredAs(orientation)), orientation)));
    }

    [Fact]
    public void Decode_MeanAndStd_AreAppliedToEachColour()
    {
        var png = TestPhotos.Png(Picture.Solid(8, 8, (255, 51, 0)));
        var spec = new TensorSpec(4, 2, TensorLayout.Nhwc, [0.5f, 0.1f, 0.25f], [0.5f, 0.2f, 0.125f], ResizeMode.Squash);
        var numbers = new float[spec.Length];

        PhotoDecoder.Decode(png, null, spec, numbers);

        // (1 - 0.5) / 0.5, (0.2 - 0.1) / 0.2, (0 - 0.25) / 0.125
        for (var i = 0; i < numbers.Length; i += 3)
        {
            Assert.Equal(1, numbers[i], 1e-6);
            Assert.Equal(0.5, numbers[i + 1], 1e-6);
            Assert.Equal(-2, numbers[i + 2], 1e-6);
        }
    }

    [Fact]
    public void Decode_BothLayouts_HoldTheSamePixels()
    {
        var photo = TestPhotos.Jpeg();
        var planes = Decoded.Of(photo, Decoded.Spec(31, 17));
        var pixels = Decoded.Of(photo, Decoded.Spec(31, 17, layout: TensorLayout.Nhwc));

        for (var y = 0; y < 17; y++)
        {
            for (var x = 0; x < 31; x++)
                Assert.Equal(planes.At(x, y), pixels.At(x, y));
        }
    }

    [Fact]
    public void Decode_Fit_ShowsAllWithGreyBars()
    {
        // 160 x 120 into 64 x 64: 64 x 48 with 8 rows of grey above and below.
        var fitted = Decoded.Of(TestPhotos.Png(Four), Decoded.Spec(resize: ResizeMode.Fit));

        fitted.ShouldBe(32, 7, (128, 128, 128), 0.01f);
        fitted.ShouldBe(32, 56, (128, 128, 128), 0.01f);
        fitted.ShouldBe(2, 8, Picture.Red);
        fitted.ShouldBe(61, 8, Picture.Green);
        fitted.ShouldBe(2, 55, Picture.Blue);
        fitted.ShouldBe(61, 55, Picture.Yellow);
    }

    [Fact]
    public void Decode_FitOfASidewaysPhoto_PutsBarsWhereTheUprightPhotoHasThem()
    {
        var fitted = Decoded.Of(TestPhotos.OrientedJpeg(Four, 6), Decoded.Spec(resize: ResizeMode.Fit, layout: TensorLayout.Nhwc));

        fitted.ShouldBe(32, 6, (128, 128, 128), 0.01f);
        fitted.ShouldBe(2, 10, Picture.Red);
        fitted.ShouldBe(61, 53, Picture.Yellow);
    }

    [Fact]
    public void Decode_Cover_ShowsTheCentre()
    {
        // A third each of red, green and blue, 192 x 64: a square of the centre is green alone.
        var flag = Picture.Paint(192, 64, (x, _) => x < 64 ? Picture.Red : x < 128 ? Picture.Green : Picture.Blue);

        var covered = Decoded.Of(TestPhotos.Png(flag), Decoded.Spec(resize: ResizeMode.Cover));

        covered.ShouldBe(1, 32, Picture.Green);
        covered.ShouldBe(62, 32, Picture.Green);
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(3, 700)]
    [InlineData(641, 2)]
    [InlineData(223, 225)]
    [InlineData(1999, 1501)]
    public void Decode_AnySize_FillsTheTensor(int width, int height)
    {
        foreach (var resize in Enum.GetValues<ResizeMode>())
        {
            var decoded = Decoded.Of(TestPhotos.Jpeg(Picture.Solid(width, height, Picture.Green)), Decoded.Spec(224, 224, resize));

            decoded.ShouldBe(111, 111, Picture.Green, 6);
        }
    }

    [Fact]
    public void Decode_LargeJpegShrunkByItsDecoder_IsNearTheLosslessPhoto()
    {
        var scene = Picture.Paint(2000, 1504, (x, y) => ((byte)(x / 8), (byte)(y / 6), (byte)(128 + 100 * Math.Sin(x / 90.0))));

        var jpeg = Decoded.Of(TestPhotos.Jpeg(scene));
        var webp = Decoded.Of(TestPhotos.WebP(scene));
        var png = Decoded.Of(TestPhotos.Png(scene));

        Assert.InRange(jpeg.DistanceTo(png), 0, 1.5);
        Assert.InRange(webp.DistanceTo(png), 0, 2);
    }

    [Fact]
    public void Decode_WrongDestination_SaysHowLongItMustBe()
    {
        var wrong = Assert.Throws<ArgumentException>(() => PhotoDecoder.Decode(TestPhotos.Jpeg(8, 8), null, Decoded.Spec(), new float[5]));

        Assert.Contains("12288", wrong.Message, StringComparison.Ordinal);
    }

    private static void ShouldShowFour(Decoded decoded, float tolerance = 5)
    {
        decoded.ShouldBe(0.2, 0.2, Picture.Red, tolerance);
        decoded.ShouldBe(0.8, 0.2, Picture.Green, tolerance);
        decoded.ShouldBe(0.2, 0.8, Picture.Blue, tolerance);
        decoded.ShouldBe(0.8, 0.8, Picture.Yellow, tolerance);
    }
}
