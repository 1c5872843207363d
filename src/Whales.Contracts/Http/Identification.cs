namespace Whales.Contracts;

/// <summary>One photo and what became of it.</summary>
public sealed record Identification
{
    /// <summary>UUIDv7.</summary>
    public required Guid Id { get; init; }

    public required IdentificationStatus Status { get; init; }

    /// <summary>1 at first; each retry is one more.</summary>
    public required int Attempt { get; init; }

    public required string Model { get; init; }

    public string? ModelVersion { get; init; }

    public string? CatalogueVersion { get; init; }

    /// <summary>The name that the client gave the file, without its folders and control characters.</summary>
    public string? FileName { get; init; }

    /// <summary>SHA-256 of the photo's bytes, 64 lower-case hexadecimal digits.</summary>
    public required string Sha256 { get; init; }

    public Guid? BatchId { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? CompletedAt { get; init; }

    /// <summary>After this moment a photo still waiting is given up as <c>expired</c>.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    public Region? Region { get; init; }

    /// <summary>Present while <see cref="Status"/> is queued; not in lists.</summary>
    public QueuePlace? Queue { get; init; }

    /// <summary>Present when <see cref="Status"/> is succeeded.</summary>
    public IdentificationResult? Result { get; init; }

    /// <summary>Present when <see cref="Status"/> is failed.</summary>
    public IdentificationError? Error { get; init; }

    public Timings? Timings { get; init; }
}

/// <summary>The model's answer.</summary>
public sealed record IdentificationResult
{
    public required Decision Decision { get; init; }

    /// <summary>Best first, at most five, given for every decision.</summary>
    public required IReadOnlyList<Candidate> Candidates { get; init; }

    /// <summary>0 to 1; absent when the model has no cetacean gate.</summary>
    public float? CetaceanScore { get; init; }
}

/// <summary>Why a photo has no answer.</summary>
public sealed record IdentificationError
{
    /// <summary>One of <see cref="FailureCodes"/>.</summary>
    public required string Code { get; init; }

    public required string Message { get; init; }
}
