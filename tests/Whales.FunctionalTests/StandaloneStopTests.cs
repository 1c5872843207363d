using Whales.Contracts;
using Whales.FunctionalTests.Running;
using Whales.Testing;

namespace Whales.FunctionalTests;

/// <summary>Standalone ends, in good order or not, under load: started again on the same folder, every photo has one answer.</summary>
public sealed class StandaloneStopTests
{
    private const string Model = TestPictures.SlowModel;
    private const int Photos = 24;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Kill_UnderLoad_EveryPhotoHasOneAnswerAndEarlierOnesAreUnchanged()
    {
        await using var system = await StandaloneSystem.StartAsync(TestPictures.WriteSlowModel);
        var earlier = await LoadAsync(system);

        await system.Host.KillAsync();
        await system.StartAgainAsync();

        await AssertAllAnsweredAsync(system, earlier);
    }

    [Theory]
    [InlineData(Signal.Terminate)]
    [InlineData(Signal.Interrupt)]
    public async Task Stop_UnderLoad_EndsWithZeroAndTheRestIsAnsweredLater(Signal signal)
    {
        await using var system = await StandaloneSystem.StartAsync(TestPictures.WriteSlowModel);
        var earlier = await LoadAsync(system);

        if (signal == Signal.Terminate)
            system.Host.Terminate();
        else
            system.Host.Interrupt();

        // What is in flight is a second's work; the limit is the one after which docker-compose.yml would kill.
        Assert.Equal(0, await system.Host.WaitForExitAsync(TimeSpan.FromSeconds(60)));
        Assert.DoesNotContain(system.Host.Output, line => line.Contains("Exception", StringComparison.Ordinal));
        await system.StartAgainAsync();

        Assert.True(await AssertAllAnsweredAsync(system, earlier) > earlier.Count, "photos were left for the second start");
    }

    /// <summary>Posts photos until some are finished and more are not, and returns those that are.</summary>
    private static async Task<IReadOnlyList<Identification>> LoadAsync(StandaloneSystem system)
    {
        for (var i = 0; i < Photos; i++)
            await system.Client.SubmitAsync(TestPictures.Red, Model);
        var states = await Eventually.GetAsync(
            async () => await Task.WhenAll(system.Client.Accepted.Select(i => system.Client.GetAsync(i.Id))),
            states => states.Any(i => i.Status != IdentificationStatus.Queued), Patience, "a photo is finished");
        Assert.Contains(states, i => i.Status == IdentificationStatus.Queued);
        return [.. states.Where(i => i.Status != IdentificationStatus.Queued)];
    }

    /// <returns>How many photos there are.</returns>
    private static async Task<int> AssertAllAnsweredAsync(StandaloneSystem system, IReadOnlyList<Identification> earlier)
    {
        var finished = await system.Client.AllFinishedAsync();
        Assert.Equal(Photos, finished.Count);
        Assert.All(finished, i =>
        {
            Assert.Equal(IdentificationStatus.Succeeded, i.Status);
            Assert.Equal(1, i.Attempt);
            Assert.Equal("red", i.Result!.Candidates[0].IndividualId);
        });
        foreach (var before in earlier)
            Assert.Equivalent(before, finished.Single(i => i.Id == before.Id), strict: true);
        return finished.Count;
    }
}
