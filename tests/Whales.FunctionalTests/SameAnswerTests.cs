using Whales.Contracts;
using Whales.FunctionalTests.Running;
using Whales.Testing;
using Whales.Testing.Images;
using Whales.Testing.Models;

namespace Whales.FunctionalTests;

/// <summary>One photo, one answer: alone or in a batch, in memory or through RabbitMQ, SQLite or PostgreSQL, whichever way the camera was held.</summary>
public sealed class SameAnswerTests
{
    private const float Tolerance = 1e-4f;
    private const string Model = "quarters";
    // The slowest: photos wait for each other, and so go in batches.
    private const string ShippedModel = "resnet101";

    private static readonly Picture Scene = Picture.Quadrants(96, 64);

    // As slow as a real network is, lest every photo is done before the next one arrives.
    private static void WriteModel(string folder) =>
        TestModels.Write(folder, new TestModel { Name = Model, SeesPositions = true, ExtraWork = 300, Match = 0.8 });

    [Fact]
    public async Task Photos_AloneInBatchesAndThroughRabbitMq_HaveTheSameAnswers()
    {
        IReadOnlyList<Identification> alone, together, distributed;
        await using (var system = await StandaloneSystem.StartAsync(WriteModel))
        {
            alone = await AloneAsync(system.Client, Model, Photos());
            together = await TogetherAsync(system.Client, Model, Photos());
        }

        await using (var cluster = await Cluster.StartAsync(WriteModel, settings: new Dictionary<string, string?> { ["Inference__Sessions"] = "1" }))
        {
            await cluster.StartWorkerAsync();
            distributed = await TogetherAsync(cluster.Client, Model, Photos());
        }

        Assert.All(alone, i => Assert.Equal(1, i.Timings!.BatchSize));
        Assert.Contains(together, i => i.Timings!.BatchSize > 1);
        Assert.Contains(distributed, i => i.Timings!.BatchSize > 1);
        AssertSame(alone, together);
        AssertSame(alone, distributed);

        var scenes = alone.Take(8).ToList();
        Assert.All(scenes, scene => Assert.Equal("scene-1", scene.Result!.Candidates[0].IndividualId));
        AssertSame([.. Enumerable.Repeat(scenes[0], 8)], scenes);
        Assert.True(alone.Select(i => i.Result!.Candidates[0].IndividualId).Distinct().Count() > 3, "the photos differ");
    }

    [Fact]
    public async Task Samples_AloneAndInBatchesWithTheShippedModel_HaveTheSameAnswers()
    {
        var samples = Directory.GetFiles(Path.Combine(Repository.Root, "samples"), "*.jpg").Order().Select(File.ReadAllBytes).ToList();
        await using var system = await StandaloneSystem.StartAsync(_ => { }, new Dictionary<string, string?>
        {
            ["Models__Folder"] = Path.Combine(Repository.Root, "models"),
            ["Models__Serve__0"] = ShippedModel,
        });

        var alone = await AloneAsync(system.Client, ShippedModel, samples);
        List<byte[]> twice = [.. samples, .. samples];
        var together = await TogetherAsync(system.Client, ShippedModel, twice);

        Assert.NotEmpty(alone);
        Assert.Contains(together, i => i.Timings!.BatchSize > 1);
        AssertSame([.. alone, .. alone], together);
    }

    /// <summary>The eight orientations of one scene first, then every kind of file.</summary>
    private static List<byte[]> Photos() =>
    [
        .. Enumerable.Range(1, 8).Select(orientation => TestPhotos.OrientedJpeg(Scene, orientation)),
        TestPhotos.Jpeg(), TestPhotos.ProgressiveJpeg(Scene), TestPhotos.SrgbJpeg(Scene.StoredAs(3)),
        TestPhotos.Png(Scene.StoredAs(6)), TestPhotos.PngWithOrientation(TestPhotos.Png(Scene.StoredAs(8)), 8), TestPhotos.DisplayP3Png(Scene),
        TestPhotos.Png16(40, 30, 65_535, 0, 0), TestPhotos.AlphaPng(40, 30, 0, 0, 255, 200),
        TestPhotos.WebP(Scene.StoredAs(2)), TestPhotos.LosslessWebP(Picture.Waves(200, 100)),
        TestPhotos.Tiff(Scene.StoredAs(4)), TestPhotos.Gif(Scene.StoredAs(5)), TestPhotos.Avif(Scene.StoredAs(7)),
        TestPhotos.CmykJpeg(60, 40, 0, 255, 255, 0), TestPhotos.GreyJpeg(60, 40, 90), TestPictures.Red,
    ];

    private static async Task<IReadOnlyList<Identification>> AloneAsync(ApiClient client, string model, IReadOnlyList<byte[]> photos)
    {
        var answers = new List<Identification>();
        foreach (var photo in photos)
            answers.Add(await client.IdentifyAsync(photo, model));
        return answers;
    }

    private static async Task<IReadOnlyList<Identification>> TogetherAsync(ApiClient client, string model, IReadOnlyList<byte[]> photos) =>
        await Task.WhenAll(photos.Select(photo => client.IdentifyAsync(photo, model)));

    private static void AssertSame(IReadOnlyList<Identification> expected, IReadOnlyList<Identification> actual)
    {
        Assert.Equal(expected.Count, actual.Count);
        foreach (var (one, other) in expected.Zip(actual))
        {
            Assert.Equal(IdentificationStatus.Succeeded, one.Status);
            Assert.Equal(IdentificationStatus.Succeeded, other.Status);
            Assert.Equal(one.Result!.Decision, other.Result!.Decision);
            Assert.Equal(one.Result.Candidates.Select(c => c.IndividualId), other.Result.Candidates.Select(c => c.IndividualId));
            foreach (var (score, otherScore) in one.Result.Candidates.Zip(other.Result.Candidates, (a, b) => (a.Score, b.Score)))
                Assert.Equal(score, otherScore, Tolerance);
        }
    }
}
