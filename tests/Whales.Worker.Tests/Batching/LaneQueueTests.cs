using Whales.Contracts;
using Whales.Worker.Batching;

namespace Whales.Worker.Tests.Batching;

public sealed class LaneQueueTests
{
    [Fact]
    public void TryDequeue_OneLaneAlone_GivesItAllInOrder()
    {
        var queue = Filled(0.2, interactive: 0, bulk: 3);

        Assert.Equal("bbb", Take(queue, 3));
        Assert.False(queue.TryDequeue(out _));

        queue = Filled(0.2, interactive: 3, bulk: 0);
        Assert.Equal("iii", Take(queue, 3));
    }

    [Fact]
    public void TryDequeue_InteractiveComesToABacklogOfBulk_IsNext()
    {
        var queue = Filled(0.2, interactive: 0, bulk: 5_000);
        Take(queue, 1_000);
        queue.Enqueue('i', Lane.Interactive);

        Assert.Equal("ib", Take(queue, 2));
    }

    [Theory]
    [InlineData(0.2, "iiiibiiiib")]
    [InlineData(0.5, "ibibibibib")]
    [InlineData(0.25, "iiibiiibii")]
    [InlineData(0.9, "ibbbbbbbbb")]
    public void TryDequeue_BothLanesFull_BulkHasItsShareOfTheTurns(double share, string expected) =>
        Assert.Equal(expected, Take(Filled(share, interactive: 1_000, bulk: 1_000), expected.Length));

    [Theory]
    [InlineData(0.2)]
    [InlineData(0.01)]
    [InlineData(0.33)]
    [InlineData(0.9)]
    public void TryDequeue_BothLanesFullForLong_SharesAreExact(double share)
    {
        var taken = Take(Filled(share, interactive: 10_000, bulk: 10_000), 10_000);

        Assert.InRange(taken.Count(turn => turn == 'b'), (share * 10_000) - 1, (share * 10_000) + 1);
    }

    [Fact]
    public void TryDequeue_BulkHadTurnsToItself_EarnsNothingByThem()
    {
        var queue = Filled(0.5, interactive: 1, bulk: 100);
        Take(queue, 50);
        for (var i = 0; i < 4; i++)
            queue.Enqueue('i', Lane.Interactive);

        Assert.StartsWith("ib", Take(queue, 8), StringComparison.Ordinal);
    }

    [Fact]
    public void Heads_BothLanes_AreTheFirstOfEach()
    {
        var queue = Filled(0.2, interactive: 2, bulk: 2);

        Assert.Equal("ib", string.Concat(queue.Heads()));
        Assert.Equal(4, queue.Count);
    }

    private static LaneQueue<char> Filled(double share, int interactive, int bulk)
    {
        var queue = new LaneQueue<char>(share);
        for (var i = 0; i < bulk; i++)
            queue.Enqueue('b', Lane.Bulk);
        for (var i = 0; i < interactive; i++)
            queue.Enqueue('i', Lane.Interactive);
        return queue;
    }

    private static string Take(LaneQueue<char> queue, int count) =>
        string.Concat(Enumerable.Range(0, count).Select(_ => queue.TryDequeue(out var item) ? item : '-'));
}
