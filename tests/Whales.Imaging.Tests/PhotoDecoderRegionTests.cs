using Whales.Contracts;
using Whales.Testing.Images;

namespace Whales.Imaging.Tests;

public sealed class PhotoDecoderRegionTests
{
    private static readonly Picture Four = Picture.Quadrants(400, 300);

    [Theory]
    [InlineData(0)]
    [InlineData(360)]
    [InlineData(-360)]
    public void Decode_RegionOfTheWholePhoto_IsThePhoto(double rotation)
    {
        foreach (var photo in new[] { TestPhotos.Jpeg(1024, 768), TestPhotos.OrientedJpeg(Picture.Waves(333, 501), 8) })
        {
            var whole = Decoded.Of(photo);

            var region = Decoded.Of(photo, region: new Region { X = 0, Y = 0, Width = 1, Height = 1, Rotation = rotation });

            Assert.Equal(0, whole.DistanceTo(region));
        }
    }

    [Theory]
    [InlineData(ResizeMode.Squash)]
    [InlineData(ResizeMode.Fit)]
    [InlineData(ResizeMode.Cover)]
    public void Decode_WholePhotoTurnedByNextToNothing_IsNearlyThePhoto(ResizeMode resize)
    {
        // Turning and not turning are two ways through the code: they must meet, without an offset of even a fraction of a pixel.
        var spec = Decoded.Spec(resize: resize);
        foreach (var (width, height) in new[] { (800, 600), (40, 30), (64, 64) })
        {
            var photo = TestPhotos.Png(Picture.Paint(width, height, (x, y) => ((byte)(x * 250 / width), (byte)(y * 250 / height), 90)));
            var straight = Decoded.Of(photo, spec);

            var turned = Decoded.Of(photo, spec, new Region { X = 0, Y = 0, Width = 1, Height = 1, Rotation = 1e-6 });

            straight.ShouldBe(32, 32, Rounded(turned.At(32, 32)), 1);
            straight.ShouldBe(20, 40, Rounded(turned.At(20, 40)), 1);
        }
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
    public void Decode_Region_IsMeasuredOnTheUprightPhoto(int orientation)
    {
        var photo = TestPhotos.OrientedJpeg(Four, orientation);

        // A tenth of the photo inside the green quarter, and a strip over green (above) and yellow.
        var green = Decoded.Of(photo, region: new Region { X = 0.7, Y = 0.1, Width = 0.1, Height = 0.1 });
        var strip = Decoded.Of(photo, region: new Region { X = 0.6, Y = 0.25, Width = 0.2, Height = 0.5 });

        green.ShouldBe(0.02, 0.02, Picture.Green);
        green.ShouldBe(0.97, 0.97, Picture.Green);
        strip.ShouldBe(0.5, 0.2, Picture.Green);
        strip.ShouldBe(0.5, 0.8, Picture.Yellow);
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
    public void Decode_RegionTurnedByAQuarter_ShowsItUpright(int orientation)
    {
        // A square of 200 pixels about the centre, turned clockwise by 90 degrees: its top edge now is on the photo's right,
        // so what was right (green above, yellow below) comes out on top, from left (green) to right (yellow).
        var photo = TestPhotos.OrientedJpeg(Four, orientation);

        var turned = Decoded.Of(photo, region: new Region { X = 0.25, Y = 1 / 6.0, Width = 0.5, Height = 2 / 3.0, Rotation = 90 });

        turned.ShouldBe(0.2, 0.2, Picture.Green);
        turned.ShouldBe(0.8, 0.2, Picture.Yellow);
        turned.ShouldBe(0.2, 0.8, Picture.Red);
        turned.ShouldBe(0.8, 0.8, Picture.Blue);
    }

    [Theory]
    [InlineData(30)]
    [InlineData(-45)]
    [InlineData(135)]
    [InlineData(300)]
    public void Decode_TurnedRegion_FollowsItsPoints(double rotation)
    {
        // Red says how far right a point lies, green how far down: each pixel of the result can be computed by hand.
        const int Side = 1000;
        var map = TestPhotos.Png(Picture.Paint(Side, Side, (x, y) => ((byte)(x / 4), (byte)(y / 4), 0)));
        var region = new Region { X = 0.4, Y = 0.35, Width = 0.2, Height = 0.3, Rotation = rotation };

        var turned = Decoded.Of(map, region: region);

        var (sin, cos) = Math.SinCos(rotation * Math.PI / 180);
        foreach (var (u, v) in new[] { (0.1, 0.1), (0.5, 0.5), (0.9, 0.2), (0.3, 0.8) })
        {
            int column = (int)(u * 64), row = (int)(v * 64);
            double a = ((column + 0.5) / 64 - 0.5) * 0.2 * Side, b = ((row + 0.5) / 64 - 0.5) * 0.3 * Side;
            double x = 0.5 * Side + a * cos - b * sin, y = 0.5 * Side + a * sin + b * cos;
            turned.ShouldBe(column, row, ((int)(x / 4), (int)(y / 4), 0), 1.5f);
        }
    }

    [Fact]
    public void Decode_TurnedRegionThatLeavesThePhoto_IsGreyOutside()
    {
        var photo = TestPhotos.Png(Picture.Solid(200, 200, Picture.Blue));

        // The whole square turned by 45 degrees: its corners lie outside.
        var turned = Decoded.Of(photo, region: new Region { X = 0, Y = 0, Width = 1, Height = 1, Rotation = 45 });

        turned.ShouldBe(1, 1, (128, 128, 128), 1);
        turned.ShouldBe(62, 62, (128, 128, 128), 1);
        turned.ShouldBe(32, 32, Picture.Blue);
        turned.ShouldBe(32, 2, Picture.Blue);
    }

    [Fact]
    public void Decode_TurnedRegionOfAGreyPhoto_IsGrey()
    {
        var turned = Decoded.Of(TestPhotos.GreyJpeg(100, 100, 60), region: new Region { X = 0.2, Y = 0.2, Width = 0.3, Height = 0.4, Rotation = 20 });

        turned.ShouldBe(30, 30, (60, 60, 60), 2);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(33)]
    public void Decode_TinyOrThinRegion_StillFillsTheTensor(double rotation)
    {
        var photo = TestPhotos.Jpeg(Picture.Solid(3000, 2000, Picture.Yellow));
        foreach (var (width, height) in new[] { (1e-6, 1e-6), (1.0, 1e-5), (1e-5, 1.0), (0.01, 0.01) })
        {
            var region = new Region { X = 0, Y = 0, Width = width, Height = height, Rotation = rotation };
            var bytes = new float[Decoded.Spec().Length];
            PhotoDecoder.Decode(photo, region, Decoded.Spec(), bytes);

            Assert.DoesNotContain(bytes, number => float.IsNaN(number) || number < -0.01 || number > 255.01);
        }
    }

    private static (int R, int G, int B) Rounded((float R, float G, float B) colour) =>
        ((int)MathF.Round(colour.R), (int)MathF.Round(colour.G), (int)MathF.Round(colour.B));
}
