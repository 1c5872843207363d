using Whales.Testing.Images;

namespace Whales.Benchmarks;

/// <summary>Photos as a camera's small files: JPEGs of 1,024 x 683 px and about 100 kB, all different. Made here, so that anyone measures with the same ones.</summary>
internal static class BenchPhotos
{
    public const int Width = 1024;
    public const int Height = 683;

    public static IReadOnlyList<byte[]> Make(int count) => [.. Enumerable.Range(0, count).AsParallel().AsOrdered().Select(Make1)];

    // A dark back in textured water: smooth shapes and fine grain, so that the file compresses like a photo.
    private static byte[] Make1(int seed)
    {
        var grain = new byte[Width * Height];
        new Random(seed).NextBytes(grain);
        return TestPhotos.Jpeg(Picture.Paint(Width, Height, (x, y) =>
        {
            var dx = (x - 512.0) / 380;
            var dy = (y - 340.0 - (40 * Math.Sin((x + (seed * 31)) / 90.0))) / 120;
            var whale = (dx * dx) + (dy * dy) < 1;
            var wave = (18 * Math.Sin((x + (seed * 17)) / 23.0)) + (14 * Math.Sin((y + (x / 3.0)) / 11.0));
            var noise = (grain[(y * Width) + x] % 7) - 3;
            var value = (whale ? 52 : 118) + (whale ? wave / 3 : wave) + noise;
            byte Tone(double offset) => (byte)Math.Clamp(value + offset, 0, 255);
            return (Tone(-18), Tone(2), Tone(14));
        }));
    }
}
