namespace Whales.Contracts;

/// <summary>A message that nobody could read. It belongs to no identification, or only seems to.</summary>
public sealed record DeadLetter
{
    /// <summary>UUIDv7.</summary>
    public required Guid Id { get; init; }

    /// <summary>Where a replay sends it: the queue in which it was found unreadable.</summary>
    public required string Queue { get; init; }

    /// <summary>The model of that queue; absent for the queue of outcomes.</summary>
    public string? Model { get; init; }

    /// <summary>What its text names as its identification, where it can be made out.</summary>
    public Guid? IdentificationId { get; init; }

    public required DateTimeOffset ReceivedAt { get; init; }

    public required string Reason { get; init; }

    public string? ContentType { get; init; }

    public required IReadOnlyDictionary<string, string> Headers { get; init; }

    /// <summary>Its length.</summary>
    public required long Bytes { get; init; }

    /// <summary>True when it was too long to be kept whole; it cannot be replayed then.</summary>
    public required bool Truncated { get; init; }

    /// <summary>Its beginning, where it is text.</summary>
    public string? Text { get; init; }
}
