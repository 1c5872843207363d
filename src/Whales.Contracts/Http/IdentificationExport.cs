namespace Whales.Contracts;

/// <summary>Everything that is stored about one identification, beside its photo; <c>identification.json</c> of an export.</summary>
public sealed record IdentificationExport
{
    public required Identification Identification { get; init; }

    /// <summary>The API key that it belongs to; absent where keys are off.</summary>
    public string? Owner { get; init; }

    public required Lane Lane { get; init; }

    public required DateTimeOffset QueuedAt { get; init; }

    public DateTimeOffset? SentAt { get; init; }

    public string? Worker { get; init; }

    /// <summary>W3C trace context of the request that sent the photo.</summary>
    public string? TraceParent { get; init; }

    public string? IdempotencyKey { get; init; }

    /// <summary>Name of the photo in the export; absent when it is no longer stored.</summary>
    public string? Photo { get; init; }

    public required string PhotoContentType { get; init; }

    public required long PhotoBytes { get; init; }

    /// <summary>Oldest first.</summary>
    public required IReadOnlyList<AttemptFault> Faults { get; init; }

    /// <summary>Oldest first.</summary>
    public required IReadOnlyList<AuditEntry> Audit { get; init; }

    public required IReadOnlyList<DeadLetter> DeadLetters { get; init; }
}
