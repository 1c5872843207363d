namespace Whales.Worker.Batching;

/// <summary>What a free session does next: run <see cref="Take"/> photos now, or look again after <see cref="Wait"/>.</summary>
internal readonly record struct BatchDecision(int Take, TimeSpan Wait);

/// <summary>The batcher's decision, without its clock, locks and threads.</summary>
internal static class BatchRule
{
    /// <param name="waiting">Items in the queue.</param>
    /// <param name="oldestAge">How long the first of them has waited.</param>
    /// <param name="freeSessions">Sessions without work, the one that asks included.</param>
    /// <param name="maxBatchSize">The most items of one run.</param>
    /// <param name="maxDelay">How long an item may wait for company while a session is free.</param>
    /// <param name="draining">Nothing more will come, so waiting for company is useless.</param>
    public static BatchDecision Decide(int waiting, TimeSpan oldestAge, int freeSessions, int maxBatchSize, TimeSpan maxDelay, bool draining)
    {
        if (waiting == 0)
            return new BatchDecision(0, Timeout.InfiniteTimeSpan);
        if (waiting < maxBatchSize && oldestAge < maxDelay && !draining)
            return new BatchDecision(0, maxDelay - oldestAge);
        // What waits is shared among the free sessions: two halves side by side are done before one whole.
        var share = (waiting + freeSessions - 1) / freeSessions;
        return new BatchDecision(Math.Min(share, maxBatchSize), TimeSpan.Zero);
    }
}
