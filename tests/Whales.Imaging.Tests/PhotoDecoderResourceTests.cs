using Whales.Contracts;
using Whales.Testing.Images;

namespace Whales.Imaging.Tests;

/// <summary>Watches memory of the whole process, so nothing may run beside it.</summary>
[CollectionDefinition(nameof(WholeProcess), DisableParallelization = true)]
public sealed class WholeProcess;

[Collection(nameof(WholeProcess))]
public sealed class PhotoDecoderResourceTests
{
    private static readonly Region Turned = new() { X = 0.2, Y = 0.2, Width = 0.5, Height = 0.5, Rotation = 20 };

    [Fact]
    public void Decode_OnePhoto_AllocatesNextToNothing()
    {
        var spec = Decoded.Spec(224, 224);
        var numbers = new float[spec.Length];
        byte[][] photos = [TestPhotos.Jpeg(1024, 700), TestPhotos.Png(Picture.Waves(300, 200)), TestPhotos.DisplayP3Png(Picture.Waves(300, 200))];
        foreach (var photo in photos)
        {
            foreach (var region in new[] { null, Turned })
            {
                PhotoDecoder.Decode(photo, region, spec, numbers);
                var before = GC.GetAllocatedBytesForCurrentThread();
                PhotoDecoder.Decode(photo, region, spec, numbers);

                Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 16 * 1024);
            }
        }
    }

    [Fact]
    public void Decode_ThousandsOfPhotosGoodAndBad_KeepsNoNativeMemory()
    {
        var spec = Decoded.Spec(32, 32);
        var numbers = new float[spec.Length];
        var good = TestPhotos.Jpeg(64, 48);
        var gif = TestPhotos.Gif(Picture.Quadrants(32, 32), 3);
        var alpha = TestPhotos.AlphaPng(40, 40, 10, 20, 30, 128);
        var bad = TestPhotos.Truncated(TestPhotos.Jpeg(200, 200));
        PhotoDecoder.Decode(good, null, spec, numbers);
        var before = Libvips.NativeBytes;

        for (var round = 0; round < 700; round++)
        {
            PhotoDecoder.Decode(good, null, spec, numbers);
            PhotoDecoder.Decode(good, Turned, spec, numbers);
            PhotoDecoder.Decode(gif, null, spec, numbers);
            PhotoDecoder.Decode(alpha, null, spec, numbers);
            Assert.Throws<UnreadableImageException>(() => PhotoDecoder.Decode(bad, null, spec, numbers));
        }

        Assert.Equal(before, Libvips.NativeBytes);
    }

    [Fact]
    public void Decode_FromManyThreads_GivesEachItsOwnPhoto()
    {
        (byte, byte, byte)[] colours = [Picture.Red, Picture.Green, Picture.Blue, Picture.Yellow];
        var photos = colours.Select(colour => TestPhotos.Jpeg(Picture.Solid(300, 200, colour))).ToArray();

        Parallel.For(0, 200, new ParallelOptions { MaxDegreeOfParallelism = 8 }, i =>
        {
            var region = i % 3 == 0 ? Turned : null;
            Decoded.Of(photos[i % 4], region: region).ShouldBe(20, 30, colours[i % 4]);
            if (i % 5 == 0)
                Assert.Throws<UnreadableImageException>(() => Decoded.Of(TestPhotos.Truncated(photos[0])));
        });
    }
}
