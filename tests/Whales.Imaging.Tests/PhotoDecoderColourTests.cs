using Whales.Testing.Images;

namespace Whales.Imaging.Tests;

public sealed class PhotoDecoderColourTests
{
    [Fact]
    public void Decode_Grey_IsTheSameInAllColours() =>
        Decoded.Of(TestPhotos.GreyJpeg(100, 80, 77)).ShouldBe(30, 30, (77, 77, 77), 1);

    [Fact]
    public void Decode_SixteenBit_IsScaledToEight() =>
        Decoded.Of(TestPhotos.Png16(50, 50, 65535, 32896, 257)).ShouldBe(20, 20, (255, 128, 1), 1);

    [Fact]
    public void Decode_TransparentPixels_AreMidGrey()
    {
        Decoded.Of(TestPhotos.AlphaPng(50, 50, 255, 0, 0, 0)).ShouldBe(20, 20, (128, 128, 128), 1);
        Decoded.Of(TestPhotos.AlphaPng(50, 50, 250, 0, 0, 255)).ShouldBe(20, 20, (250, 0, 0), 1);

        // Half of 255 and half of 128; half of 0 and half of 128.
        Decoded.Of(TestPhotos.AlphaPng(50, 50, 255, 0, 0, 128)).ShouldBe(20, 20, (191, 64, 64), 2);
    }

    [Fact]
    public void Decode_Cmyk_ComesOutInItsColours()
    {
        // No ink is white paper, black ink is dark; cyan takes red away, and yellow blue.
        Decoded.Of(TestPhotos.CmykJpeg(60, 60, 0, 0, 0, 0)).ShouldBe(30, 30, (255, 255, 255), 6);
        var black = Decoded.Of(TestPhotos.CmykJpeg(60, 60, 0, 0, 0, 255)).At(30, 30);
        var cyan = Decoded.Of(TestPhotos.CmykJpeg(60, 60, 255, 0, 0, 0)).At(30, 30);
        var yellow = Decoded.Of(TestPhotos.CmykJpeg(60, 60, 0, 0, 255, 0)).At(30, 30);

        Assert.True(black is { R: < 60, G: < 60, B: < 60 }, black.ToString());
        Assert.True(cyan is { R: < 80, G: > 120, B: > 180 }, cyan.ToString());
        Assert.True(yellow is { R: > 220, G: > 200, B: < 80 }, yellow.ToString());
    }

    [Fact]
    public void Decode_DisplayP3_BecomesSrgb()
    {
        // P3 (100, 150, 200), through linear light and the two sets of primaries, is sRGB (84, 152, 205); grey stays grey.
        Decoded.Of(TestPhotos.DisplayP3Png(Picture.Solid(40, 40, (100, 150, 200)))).ShouldBe(20, 20, (84, 152, 205), 3);
        Decoded.Of(TestPhotos.DisplayP3Png(Picture.Solid(40, 40, (90, 90, 90)))).ShouldBe(20, 20, (90, 90, 90), 2);
    }

    [Fact]
    public void Decode_SrgbProfile_ChangesNothing()
    {
        var scene = Picture.Waves(200, 100);

        Assert.InRange(Decoded.Of(TestPhotos.SrgbJpeg(scene)).DistanceTo(Decoded.Of(TestPhotos.Png(scene))), 0, 8);
        Decoded.Of(TestPhotos.SrgbJpeg(Picture.Solid(40, 40, (100, 150, 200)))).ShouldBe(20, 20, (100, 150, 200), 2);
    }

    [Fact]
    public void Decode_BrokenProfile_IsIgnored()
    {
        var jpeg = TestPhotos.WithSegments(
            TestPhotos.Jpeg(Picture.Solid(40, 40, Picture.Green)),
            TestPhotos.Segment(0xE2, "ICC_PROFILE\0\u0001\u0001"u8, new byte[300]));

        Decoded.Of(jpeg).ShouldBe(20, 20, Picture.Green);
    }

    [Fact]
    public void Decode_Animation_ShowsItsFirstFrame() =>
        Decoded.Of(TestPhotos.Gif(Picture.Solid(30, 30, (240, 240, 240)), 100)).ShouldBe(15, 15, (240, 240, 240), 6);
}
