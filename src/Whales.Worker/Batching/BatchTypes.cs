namespace Whales.Worker.Batching;

/// <summary>Runs one batch on the calling thread.</summary>
/// <param name="session">Which of the sessions, from 0; a session runs one batch at a time.</param>
/// <param name="items">At least one, in the order in which they came.</param>
/// <param name="outcomes">One per item, filled in. An exception instead means that the whole run failed.</param>
internal delegate void BatchRunner<TItem, TResult>(int session, ReadOnlySpan<TItem> items, Span<Outcome<TResult>> outcomes);

/// <summary>What became of one item: a value, or the reason why there is none.</summary>
internal readonly record struct Outcome<T>(T? Value, Exception? Error)
{
    public static implicit operator Outcome<T>(T value) => new(value, null);

    public static implicit operator Outcome<T>(Exception error) => new(default, error);
}

/// <summary>One item's answer, with what the batch did for it.</summary>
/// <param name="Value">The answer.</param>
/// <param name="Waited">From handing in to the start of the run that answered.</param>
/// <param name="BatchSize">Items of that run.</param>
internal readonly record struct Batched<T>(T Value, TimeSpan Waited, int BatchSize);

/// <summary>The item's time was over before its batch was formed; it was not run.</summary>
internal sealed class ItemExpiredException(DateTimeOffset expiredAt)
    : Exception($"Expired at {expiredAt:O}, before its batch was formed.")
{
    public DateTimeOffset ExpiredAt { get; } = expiredAt;
}
