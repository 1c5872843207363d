using Whales.Worker.Models;

namespace Whales.Worker.Tests.Models;

public sealed class WarmUpTests
{
    [Theory]
    [InlineData("1x2:100 2x2:90", 1, 2)]
    [InlineData("1x2:100 2x2:102 4x2:102", 1, 2)]
    [InlineData("1x2:100 2x2:110 4x2:112", 2, 2)]
    [InlineData("1x1:100 16x1:1000 32x1:1500 32x2:1520", 32, 1)]
    [InlineData("1x1:100 32x1:1500 32x2:2000", 32, 2)]
    public void Choose_OfTheseMeasurements_TakesTheFastestUnlessLessDoes(string measured, int batchSize, int sessions)
    {
        var plans = measured.Split(' ').Select(text => text.Split('x', ':').Select(int.Parse).ToArray()).Select(n => new RunPlan(n[0], n[1], n[2])).ToList();

        var plan = WarmUp.Choose(plans, TimeSpan.Zero);

        Assert.Equal((batchSize, sessions), (plan.BatchSize, plan.Sessions));
    }

    [Theory]
    // 5 ms a photo, whatever the size, and 2 ms a run: 7, 6, 5.5, 5.25 and 5.125 ms.
    [InlineData("1x1:200 2x1:200 4x1:200 8x1:200 16x1:200", 8)]
    // The same on each of two cores.
    [InlineData("1x2:400 2x2:400 4x2:400 8x2:400 16x2:400", 8)]
    // 100 ms a photo: 2 ms are within what is not worth waiting for.
    [InlineData("1x1:10 2x1:10 4x1:10", 1)]
    [InlineData("1x1:200 2x1:190 4x1:150", 2)]
    public void Choose_WhereEachRunCosts2MillisecondsBesides_TakesLargerBatchesOfAFastNetwork(string measured, int batchSize)
    {
        var plans = measured.Split(' ').Select(text => text.Split('x', ':').Select(int.Parse).ToArray()).Select(n => new RunPlan(n[0], n[1], n[2])).ToList();

        Assert.Equal(batchSize, WarmUp.Choose(plans, TimeSpan.FromMilliseconds(2)).BatchSize);
    }

    [Fact]
    public void Explore_WhatIsNotWorthTrying_EndsThere()
    {
        var asked = new List<int>();

        WarmUp.Explore([1, 2, 4, 8], size =>
        {
            asked.Add(size);
            return new RunPlan(size, 2, 100);
        }, () => false, (size, last) => size == 8 || last.BatchSize < 2);

        Assert.Equal([1, 2], asked.Distinct());
    }

    [Fact]
    public void Explore_EachSizeMeetsOneBadMoment_FindsWhatIsFastest()
    {
        var truth = new Dictionary<int, double> { [1] = 100, [2] = 120, [4] = 140, [8] = 60, [16] = 50 };
        var asked = new List<int>();

        var measured = WarmUp.Explore([.. truth.Keys], size =>
        {
            // Each size's first run is disturbed, and by how much differs.
            asked.Add(size);
            var disturbed = asked.Count(earlier => earlier == size) == 1 ? size switch { 2 => 0.5, 4 => 0.6, _ => 0.95 } : 1;
            return new RunPlan(size, 2, truth[size] * disturbed);
        }, () => true, (_, _) => true);

        Assert.Equal(4, WarmUp.Choose(measured, TimeSpan.Zero).BatchSize);
        Assert.DoesNotContain(16, asked);
    }

    [Fact]
    public void Explore_OneSizeMeetsAGoodMoment_FindsWhatIsFastestOtherwise()
    {
        var truth = new Dictionary<int, double> { [1] = 100, [2] = 105, [4] = 115, [8] = 114 };
        var asked = new List<int>();

        var measured = WarmUp.Explore([.. truth.Keys], size =>
        {
            // Small batches meet a device that is a quarter faster for a moment, in different rounds.
            asked.Add(size);
            var round = asked.Count(earlier => earlier == size);
            return new RunPlan(size, 2, truth[size] * ((size, round) is (1, 3) or (2, 2) ? 1.25 : 1));
        }, () => true, (_, _) => true);

        Assert.Equal(4, WarmUp.Choose(measured, TimeSpan.Zero).BatchSize);
    }

    [Theory]
    [InlineData(true, 3, 7)]
    [InlineData(false, 3, 3)]
    public void Explore_WhileThereIsTime_MeasuresWhatMayWinMoreOften(bool hasTime, int slower, int contender)
    {
        var truth = new Dictionary<int, double> { [1] = 85, [2] = 100, [4] = 101 };
        var asked = new List<int>();

        WarmUp.Explore([.. truth.Keys], size =>
        {
            asked.Add(size);
            return new RunPlan(size, 2, truth[size]);
        }, () => hasTime, (_, _) => true);

        Assert.Equal([slower, contender, contender], truth.Keys.Select(size => asked.Count(earlier => earlier == size)));
    }

    [Theory]
    [InlineData(1, new[] { 1 })]
    [InlineData(6, new[] { 1, 2, 4, 6 })]
    [InlineData(16, new[] { 1, 2, 4, 8, 16 })]
    public void Candidates_UpToThis_AreDoublesAndTheMaximum(int max, int[] expected) => Assert.Equal(expected, BatchSizes.Candidates(max));

    [Theory]
    [InlineData(3, 16, false, 3)]
    [InlineData(3, 16, true, 4)]
    [InlineData(16, 16, true, 16)]
    [InlineData(5, 6, true, 6)]
    public void Padded_OnThisDevice_IsASizeThatWasWarmedUp(int photos, int max, bool pads, int expected)
    {
        Assert.Equal(expected, BatchSizes.Padded(photos, max, pads));
        Assert.Contains(expected, BatchSizes.Used(max, pads));
    }
}
