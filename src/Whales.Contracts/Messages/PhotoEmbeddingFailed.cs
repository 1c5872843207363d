namespace Whales.Contracts;

/// <summary>Event: a catalogue photo could not be embedded, and trying it again by itself would not help.</summary>
public sealed record PhotoEmbeddingFailed
{
    public required Guid PhotoId { get; init; }

    public required int Attempt { get; init; }

    public required string Model { get; init; }

    /// <summary>One of <see cref="FailureCodes"/>.</summary>
    public required string Code { get; init; }

    /// <summary>One sentence for people.</summary>
    public required string Message { get; init; }

    public required string Worker { get; init; }

    public required DateTimeOffset OccurredAt { get; init; }
}
