using System.Text.Json.Serialization;

namespace Whales.Contracts;

/// <summary>Many photos sent in one request, and how far they are.</summary>
public sealed record Batch
{
    /// <summary>UUIDv7.</summary>
    public required Guid Id { get; init; }

    public required BatchStatus Status { get; init; }

    public required string Model { get; init; }

    /// <summary>The name that the client gave the ZIP, without its folders and control characters.</summary>
    public string? FileName { get; init; }

    /// <summary>Photos that were accepted. Those in <see cref="Rejected"/> are not among them.</summary>
    public required int Total { get; init; }

    /// <summary>Where the accepted photos are now; together they are <see cref="Total"/>.</summary>
    public required BatchCounts Counts { get; init; }

    /// <summary>Files that were refused.</summary>
    public required int RejectedCount { get; init; }

    /// <summary>The refused files with their reasons, in the order in which they were sent; absent in lists and events.</summary>
    public IReadOnlyList<RejectedEntry>? Rejected { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When the last photo ended; absent while one is queued.</summary>
    public DateTimeOffset? CompletedAt { get; init; }

    /// <summary>After this moment photos still waiting are given up as <c>expired</c>.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>The part to look at, the same for every photo.</summary>
    public Region? Region { get; init; }
}

/// <summary>Whether a batch has photos that wait.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<BatchStatus>))]
public enum BatchStatus
{
    /// <summary>At least one photo is queued.</summary>
    [JsonStringEnumMemberName("processing")] Processing,

    /// <summary>Every photo has its final state. A retry makes the batch processing again.</summary>
    [JsonStringEnumMemberName("finished")] Finished,
}

/// <summary>Photos of a batch by their state.</summary>
public sealed record BatchCounts
{
    public required int Queued { get; init; }

    public required int Succeeded { get; init; }

    public required int Failed { get; init; }

    public required int Canceled { get; init; }

    public required int Expired { get; init; }

    /// <summary>Photos that were deleted since.</summary>
    public required int Removed { get; init; }
}

/// <summary>A file of a batch that was refused, alone: its neighbours are not affected.</summary>
public sealed record RejectedEntry
{
    /// <summary>The file's name as it was sent, folders included, without control characters; at most 255 characters, the last ones.</summary>
    public required string Entry { get; init; }

    /// <summary>One of <see cref="RejectionCodes"/>.</summary>
    public required string Code { get; init; }

    public required string Message { get; init; }
}
