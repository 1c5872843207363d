using Whales.Contracts;

namespace Whales.Ingest.Api.Storage;

/// <summary>One batch. Times have millisecond precision, UTC.</summary>
internal sealed record BatchRow
{
    public required Guid Id { get; init; }

    /// <summary>The API key that the row belongs to; empty where keys are off.</summary>
    public string Owner { get; init; } = "";

    public required string Model { get; init; }

    public string? FileName { get; init; }

    /// <summary>Photos that were accepted.</summary>
    public required int Total { get; init; }

    public required int RejectedCount { get; init; }

    /// <summary>Null where it was not asked for.</summary>
    public IReadOnlyList<RejectedEntry>? Rejected { get; init; }

    public Region? Region { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>The client's Idempotency-Key.</summary>
    public string? IdempotencyKey { get; init; }
}

/// <summary>A photo of a new batch, as far as it differs from the others.</summary>
internal sealed record BatchPhoto(Guid Id, string ImageKey, string ContentType, long Bytes, string Sha256, string? FileName);

/// <summary>A new batch: its row and what all its photos have in common.</summary>
/// <param name="Row">The batch.</param>
/// <param name="Lane">The lane of its photos.</param>
/// <param name="TraceParent">W3C trace context of the POST.</param>
/// <param name="Fingerprint">What the claim of <see cref="BatchRow.IdempotencyKey"/> becomes.</param>
internal sealed record NewBatch(BatchRow Row, Lane Lane, string? TraceParent, string? Fingerprint);

/// <summary>How far a batch is, counted from its rows.</summary>
/// <param name="Counts">Photos by state.</param>
/// <param name="Changes">
/// How often the state of a photo has changed, in all: it only grows, and whoever counts finds the same number. So it names a version of the
/// batch, on every replica and after every restart.
/// </param>
/// <param name="LastCompletedAt">When the latest photo ended.</param>
internal sealed record BatchProgress(BatchCounts Counts, long Changes, DateTimeOffset? LastCompletedAt)
{
    // A deleted row takes its changes with it. It counts for more than it can have had, so that the number goes on growing.
    private const long ChangesOfARemoval = 1_000;

    public bool IsFinished => Counts.Queued == 0;

    public static BatchProgress Of(int total, IEnumerable<StatusCount> counts)
    {
        var by = counts.ToDictionary(count => count.Status);
        int Count(IdentificationStatus status) => by.TryGetValue(status, out var count) ? count.Count : 0;
        var known = by.Values.Sum(count => count.Count);
        // An attempt before the present one was queued and ended: two changes; the present one has ended or not.
        var changes = by.Values.Sum(count => (2 * (count.Attempts - count.Count)) + (count.Status == IdentificationStatus.Queued ? 0 : count.Count));
        return new BatchProgress(
            new BatchCounts
            {
                Queued = Count(IdentificationStatus.Queued),
                Succeeded = Count(IdentificationStatus.Succeeded),
                Failed = Count(IdentificationStatus.Failed),
                Canceled = Count(IdentificationStatus.Canceled),
                Expired = Count(IdentificationStatus.Expired),
                Removed = total - known,
            },
            changes + (ChangesOfARemoval * (total - known)),
            by.Values.Max(count => count.LastCompletedAt));
    }
}

/// <summary>Photos of one batch in one state, with the sum of their attempts.</summary>
internal sealed record StatusCount(IdentificationStatus Status, int Count, long Attempts, DateTimeOffset? LastCompletedAt);

/// <summary>An idempotency key and the batch that answers it.</summary>
/// <param name="Owner">The API key; empty where keys are off.</param>
/// <param name="Key">The client's Idempotency-Key.</param>
/// <param name="BatchId">The batch of the first request with this key.</param>
/// <param name="Fingerprint">SHA-256 of the files and the parameters; null while the first upload is in progress.</param>
internal sealed record BatchClaim(string Owner, string Key, Guid BatchId, string? Fingerprint);
