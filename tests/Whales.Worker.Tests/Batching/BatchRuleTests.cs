using Whales.Worker.Batching;

namespace Whales.Worker.Tests.Batching;

public sealed class BatchRuleTests
{
    [Theory]
    //          waiting, age, free, max, delay, draining -> take, wait (ms; -1 is for ever)
    [InlineData(0, 0, 1, 8, 0, false, 0, -1)]
    [InlineData(0, 0, 2, 8, 50, true, 0, -1)]
    // Without a delay nothing waits while a session is free.
    [InlineData(1, 0, 1, 8, 0, false, 1, 0)]
    [InlineData(7, 0, 1, 8, 0, false, 7, 0)]
    [InlineData(8, 0, 1, 8, 0, false, 8, 0)]
    [InlineData(20, 0, 1, 8, 0, false, 8, 0)]
    // Free sessions share what waits.
    [InlineData(1, 0, 2, 8, 0, false, 1, 0)]
    [InlineData(4, 0, 2, 8, 0, false, 2, 0)]
    [InlineData(5, 0, 2, 8, 0, false, 3, 0)]
    [InlineData(30, 0, 2, 8, 0, false, 8, 0)]
    // With a delay a batch that is not full waits for what is left of it.
    [InlineData(3, 0, 1, 8, 50, false, 0, 50)]
    [InlineData(3, 20, 1, 8, 50, false, 0, 30)]
    [InlineData(3, 50, 1, 8, 50, false, 3, 0)]
    [InlineData(3, 70, 1, 8, 50, false, 3, 0)]
    [InlineData(8, 0, 1, 8, 50, false, 8, 0)]
    [InlineData(9, 0, 1, 8, 50, false, 8, 0)]
    // Who drains waits for nobody.
    [InlineData(3, 0, 1, 8, 50, true, 3, 0)]
    public void Decide_InThisSituation_IsAsListed(int waiting, int ageMs, int free, int max, int delayMs, bool draining, int take, int waitMs)
    {
        var decision = BatchRule.Decide(waiting, TimeSpan.FromMilliseconds(ageMs), free, max, TimeSpan.FromMilliseconds(delayMs), draining);

        Assert.Equal(new BatchDecision(take, TimeSpan.FromMilliseconds(waitMs)), decision);
    }
}
