using Whales.Contracts;

namespace Whales.Ingest.Api.Storage;

/// <summary>A photo that a model is to embed, leased to one sender.</summary>
internal sealed record EmbeddingTask(
    Guid PhotoId, string Model, string ModelVersion, int Attempt, DateTimeOffset QueuedAt, string ImageKey, Region? Region, DateTimeOffset LeasedUntil);

/// <summary>What a worker said of a photo.</summary>
internal sealed record EmbeddingResult
{
    public required Guid PhotoId { get; init; }

    public required string Model { get; init; }

    /// <summary>Of the worker that embedded it; null when it failed.</summary>
    public string? ModelVersion { get; init; }

    /// <summary>The attempt that failed; 0 where the answer does not say.</summary>
    public int Attempt { get; init; }

    public byte[]? Embedding { get; init; }

    public string? ErrorCode { get; init; }

    public string? ErrorMessage { get; init; }

    public required DateTimeOffset At { get; init; }
}

/// <summary>How many photos stand where with a model.</summary>
internal readonly record struct EmbeddingStateCount(string Model, EmbeddingStatus Status, int Count);
