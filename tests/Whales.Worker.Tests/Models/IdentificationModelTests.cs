using System.Collections.Concurrent;
using Whales.Contracts;
using Whales.Testing.Models;
using Whales.Worker.Batching;
using Whales.Worker.Models;

namespace Whales.Worker.Tests.Models;

public sealed class IdentificationModelTests : ModelFixture
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task PredictAsync_EachColour_IsNamed(bool isClassifier)
    {
        await using var model = await LoadAsync(new TestModel { IsClassifier = isClassifier });

        foreach (var individual in TestModels.Individuals)
        {
            var answer = await AskAsync(model, individual.Red, individual.Green, individual.Blue);

            Assert.Equal(Decision.Identified, answer.Decision);
            Assert.Equal(5, answer.Candidates.Count);
            Assert.Equal((individual.Id, individual.Name, TestModels.Species), (answer.Candidates[0].IndividualId, answer.Candidates[0].Name, answer.Candidates[0].Species));
            Assert.True(answer.Candidates[0].Score > 0.98f);
            Assert.Null(answer.CetaceanScore);
            Assert.Equal(model.CatalogueVersion, answer.CatalogueVersion);
        }
    }

    [Fact]
    public async Task PredictAsync_NhwcModel_ReadsPixelByPixel()
    {
        await using var model = await LoadAsync(new TestModel { Layout = "nhwc" });
        using var photo = model.RentTensor();
        for (var i = 0; i < photo.Values.Length; i++)
            photo.Values[i] = i % 3 == 1 ? 1 : -1;

        Assert.Equal("green", (await model.PredictAsync(photo)).Candidates[0].IndividualId);
    }

    [Fact]
    public async Task PredictAsync_SlowNetwork_AnswersTheSame()
    {
        await using var model = await LoadAsync(new TestModel { ExtraWork = 3 });

        Assert.Equal("cyan", (await AskAsync(model, 0, 255, 255)).Candidates[0].IndividualId);
    }

    [Fact]
    public async Task PredictAsync_DeviceHasNoMemoryForThePhoto_FailsAsTransient()
    {
        await using var model = await LoadAsync(new TestModel { HasNoMemoryForWhite = true });

        var failure = await Assert.ThrowsAsync<InferenceException>(() => AskAsync(model, 255, 255, 255));

        Assert.True(failure.IsTransient, failure.Message);
        Assert.Equal("red", (await AskAsync(model, 255, 0, 0)).Candidates[0].IndividualId);
    }

    [Fact]
    public async Task PredictAsync_NobodyKnown_IsUnknownWithCandidates()
    {
        await using var model = await LoadAsync(new TestModel());

        var answer = await AskAsync(model, 0, 0, 0);

        Assert.Equal(Decision.UnknownIndividual, answer.Decision);
        Assert.Equal(5, answer.Candidates.Count);
    }

    [Fact]
    public async Task PredictAsync_GateSeesNoWhale_IsNotACetaceanWithCandidates()
    {
        await using var model = await LoadAsync(new TestModel { HasCetaceanGate = true });

        var white = await AskAsync(model, 255, 255, 255);
        var red = await AskAsync(model, 255, 0, 0);

        Assert.Equal((Decision.NotACetacean, 5), (white.Decision, white.Candidates.Count));
        Assert.InRange(white.CetaceanScore!.Value, 0, 0.1f);
        Assert.Equal(Decision.Identified, red.Decision);
        Assert.InRange(red.CetaceanScore!.Value, 0.9f, 1);
    }

    [Fact]
    public async Task PredictAsync_ManyAtOnce_ScoresAreThoseOfPhotosAlone()
    {
        var sizes = new ConcurrentBag<int>();
        // The delay puts together what comes at once.
        await using var model = await LoadAsync(new TestModel { HasCetaceanGate = true, MaxDelayMs = 10_000, BatchMax = 7 }, Fixed(7), report => sizes.Add(report.Size));
        await using var alone = await LoadAsync(new TestModel { Name = "alone", HasCetaceanGate = true }, Fixed(1));
        var colours = Enumerable.Range(0, 42).Select(i => ((byte)(i * 6), (byte)(255 - i * 5), (byte)(i % 7 * 36))).ToList();

        var together = await Task.WhenAll(colours.Select(c => AskAsync(model, c.Item1, c.Item2, c.Item3)));

        Assert.All(sizes, size => Assert.Equal(7, size));
        foreach (var (colour, answer) in colours.Zip(together))
        {
            var single = await AskAsync(alone, colour.Item1, colour.Item2, colour.Item3);
            Assert.Equal(single.Decision, answer.Decision);
            Assert.Equal(single.Candidates.Select(c => c.IndividualId), answer.Candidates.Select(c => c.IndividualId));
            Assert.All(single.Candidates.Zip(answer.Candidates), pair => Assert.Equal(pair.First.Score, pair.Second.Score, 1e-6));
            Assert.Equal(single.CetaceanScore!.Value, answer.CetaceanScore!.Value, 1e-6);
            Assert.Equal((7, 1), (answer.BatchSize, single.BatchSize));
        }
    }

    [Fact]
    public async Task EmbedAsync_PhotoAmongOthers_IsTheUnitVectorOfItsColour()
    {
        await using var model = await LoadAsync(new TestModel { MaxDelayMs = 10_000, BatchMax = 2 }, Fixed(2));
        using var photo = model.RentTensor();
        TestModels.Paint(photo.Values, 0, 0, 255);

        var embedding = model.EmbedAsync(photo);
        var neighbour = await AskAsync(model, 255, 0, 0);

        var expected = TestModels.Embedding(0, 0, 255);
        var length = Math.Sqrt(expected.Sum(value => value * value));
        Assert.Equal(expected.Select(value => (Half)(value / length)), System.Runtime.InteropServices.MemoryMarshal.Cast<byte, Half>((await embedding).Embedding).ToArray());
        Assert.Equal("red", neighbour.Candidates[0].IndividualId);
    }

    [Fact]
    public async Task PredictAsync_CatalogueIsEmpty_KnowsNobody()
    {
        await using var model = await LoadAsync(new TestModel());
        model.CatalogueMatcher!.Catalogue = Whales.Worker.Matching.Catalogue.Of("empty", [], TestModels.Dimensions, []);

        var answer = await AskAsync(model, 255, 0, 0);

        Assert.Equal((Decision.UnknownIndividual, 0), (answer.Decision, answer.Candidates.Count));
    }

    [Fact]
    public async Task PredictAsync_OneResultIsNoNumber_FailsAlone()
    {
        await using var model = await LoadAsync(new TestModel { IsNanForBlack = true, MaxDelayMs = 10_000, BatchMax = 3 }, Fixed(3));

        var good = AskAsync(model, 255, 0, 0);
        var bad = AskAsync(model, 0, 0, 0);
        var alsoGood = AskAsync(model, 0, 0, 255);

        await Assert.ThrowsAsync<InferenceException>(() => bad);
        Assert.Equal(("red", "blue", 3), ((await good).Candidates[0].IndividualId, (await alsoGood).Candidates[0].IndividualId, (await good).BatchSize));
    }

    [Fact]
    public async Task PredictAsync_OnePhotoFailsTheWholeRun_ItsNeighboursAreAnswered()
    {
        var reports = new ConcurrentQueue<BatchReport>();
        await using var model = await LoadAsync(new TestModel { FailsForWhite = true, MaxDelayMs = 10_000, BatchMax = 3 }, Fixed(3), reports.Enqueue);

        var good = AskAsync(model, 255, 0, 0);
        var bad = AskAsync(model, 255, 255, 255);
        var alsoGood = AskAsync(model, 0, 0, 255);

        var error = await Assert.ThrowsAsync<InferenceException>(() => bad);
        Assert.False(error.IsTransient);
        Assert.Equal(("red", "blue", 1), ((await good).Candidates[0].IndividualId, (await alsoGood).Candidates[0].IndividualId, (await good).BatchSize));
        Assert.Equal([(3, true), (1, false), (1, true), (1, false)], reports.Select(report => (report.Size, report.Failed)));
    }

    [Fact]
    public async Task PredictAsync_ExpiredOrCancelled_IsNotRun()
    {
        var runs = 0;
        await using var model = await LoadAsync(new TestModel(), batchRan: _ => Interlocked.Increment(ref runs));
        using var photo = model.RentTensor();

        await Assert.ThrowsAsync<ItemExpiredException>(() => model.PredictAsync(photo, DateTimeOffset.UtcNow.AddSeconds(-1)).AsTask());
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => model.PredictAsync(photo, cancellationToken: new CancellationToken(true)).AsTask());

        Assert.Equal(0, runs);
    }

    [Fact]
    public async Task DisposeAsync_PhotosWait_AreAnswered()
    {
        var model = await LoadAsync(new TestModel { MaxDelayMs = 10_000 });
        var answers = Enumerable.Range(0, 5).Select(_ => AskAsync(model, 255, 0, 0)).ToList();

        await model.DisposeAsync();

        Assert.All(await Task.WhenAll(answers), answer => Assert.Equal("red", answer.Candidates[0].IndividualId));
        Assert.Throws<ObjectDisposedException>(model.RentTensor);
    }

    [Fact]
    public async Task LoadAsync_NothingIsFixed_MeasuresWithinTheModelsLimits()
    {
        await using var model = await LoadAsync(new TestModel { BatchMax = 6 }, new InferenceOptions { WarmUpSeconds = 0.05 });

        Assert.InRange(model.BatchSize, 1, 6);
        Assert.InRange(model.Sessions, 1, Environment.ProcessorCount);
        Assert.True(model.SecondsPerPhoto > 0);
        Assert.Equal("cpu", model.ExecutionProvider);
        Assert.NotNull(model.WhyNotCuda);
        Assert.Equal("red", (await AskAsync(model, 255, 0, 0)).Candidates[0].IndividualId);
    }

    [Fact]
    public async Task RentTensor_GivenBackTwice_IsReusedOnce()
    {
        await using var model = await LoadAsync(new TestModel());
        var first = model.RentTensor();
        first.Dispose();
        first.Dispose();
        using var second = model.RentTensor();
        using var third = model.RentTensor();
        second.Values.Fill(1);
        third.Values.Fill(2);

        Assert.Equal(1, second.Values[0]);
        Assert.Throws<ObjectDisposedException>(() => first.Values.Length);
        Assert.Equal(3 * 16 * 16, second.Values.Length);
    }
}
