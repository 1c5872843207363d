using Whales.Contracts;

namespace Whales.Ingest.Api.Storage;

/// <summary>One photo in the job table. Times have millisecond precision, UTC.</summary>
public sealed record IdentificationRow
{
    public required Guid Id { get; init; }

    /// <summary>The API key that the row belongs to; empty where keys are off.</summary>
    public string Owner { get; init; } = "";

    public required int Attempt { get; init; }

    public required string Model { get; init; }

    public required IdentificationStatus Status { get; init; }

    public Lane Lane { get; init; }

    public required string ImageKey { get; init; }

    /// <summary>From the photo's bytes, not from the client.</summary>
    public required string ContentType { get; init; }

    public required long ImageBytes { get; init; }

    public required string Sha256 { get; init; }

    public string? FileName { get; init; }

    public Region? Region { get; init; }

    public Guid? BatchId { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When this attempt began to wait: creation or the latest retry.</summary>
    public required DateTimeOffset QueuedAt { get; init; }

    public DateTimeOffset? ExpiresAt { get; init; }

    public DateTimeOffset? CompletedAt { get; init; }

    /// <summary>When the broker confirmed the command; null while it is to be sent.</summary>
    public DateTimeOffset? SentAt { get; init; }

    /// <summary>Until then one relay alone may send it.</summary>
    public DateTimeOffset? LeasedUntil { get; init; }

    public string? ModelVersion { get; init; }

    public string? CatalogueVersion { get; init; }

    public IdentificationResult? Result { get; init; }

    public IdentificationError? Error { get; init; }

    public Timings? Timings { get; init; }

    public string? Worker { get; init; }

    /// <summary>W3C trace context of the POST.</summary>
    public string? TraceParent { get; init; }

    /// <summary>The client's Idempotency-Key, whose claim becomes final in the same transaction as the row.</summary>
    public string? IdempotencyKey { get; init; }

    /// <summary>What <see cref="IdempotencyClaim.Fingerprint"/> of that claim becomes.</summary>
    public string? Fingerprint { get; init; }

    /// <summary>The row after <paramref name="completion"/> of this attempt was stored, as the store would give it back.</summary>
    public IdentificationRow With(Completion completion)
    {
        var completedAt = DateTimeOffset.FromUnixTimeMilliseconds(completion.CompletedAt.ToUnixTimeMilliseconds());
        return this with
        {
            Status = completion.Status,
            CompletedAt = completedAt,
            LeasedUntil = null,
            ModelVersion = completion.ModelVersion,
            CatalogueVersion = completion.CatalogueVersion,
            Result = completion.Result,
            Error = completion.Error,
            Timings = completion.Timings is { } timings
                ? timings with { TotalMs = Math.Max(0, (completedAt - QueuedAt).TotalMilliseconds) }
                : null,
            Worker = completion.Worker,
        };
    }
}

/// <summary>One attempt of one identification.</summary>
public readonly record struct AttemptId(Guid Id, int Attempt);

/// <summary>The final state of one attempt.</summary>
public sealed record Completion
{
    public required AttemptId Attempt { get; init; }

    /// <summary>Any but queued.</summary>
    public required IdentificationStatus Status { get; init; }

    public required DateTimeOffset CompletedAt { get; init; }

    public string? ModelVersion { get; init; }

    public string? CatalogueVersion { get; init; }

    public IdentificationResult? Result { get; init; }

    public IdentificationError? Error { get; init; }

    /// <summary>The store sets <see cref="Timings.TotalMs"/> from the row's own QueuedAt.</summary>
    public Timings? Timings { get; init; }

    public string? Worker { get; init; }
}

/// <summary>What to list. <see cref="Before"/> is exclusive: the id of the last row of the part before.</summary>
public sealed record IdentificationFilter
{
    /// <summary>Only rows of this API key; null for all.</summary>
    public string? Owner { get; init; }

    public IdentificationStatus? Status { get; init; }

    public string? Model { get; init; }

    public Guid? BatchId { get; init; }

    /// <summary>Error code.</summary>
    public string? Code { get; init; }

    public Guid? Before { get; init; }

    /// <summary>The smallest id, inclusive.</summary>
    public Guid? After { get; init; }

    public required int Limit { get; init; }
}

/// <summary>Queued photos of one model and lane.</summary>
public sealed record WaitingCount(string Model, Lane Lane, int Count, int Unsent, DateTimeOffset OldestQueuedAt);

/// <summary>An idempotency key, the request it stands for and the identification that answers it.</summary>
/// <param name="Owner">The API key; empty where keys are off.</param>
/// <param name="Key">The client's Idempotency-Key.</param>
/// <param name="IdentificationId">The identification of the first request with this key.</param>
/// <param name="CreatedAt">When it was claimed.</param>
/// <param name="Fingerprint">SHA-256 of the body and its parameters; null while the first upload is in progress.</param>
public sealed record IdempotencyClaim(string Owner, string Key, Guid IdentificationId, DateTimeOffset CreatedAt, string? Fingerprint);
