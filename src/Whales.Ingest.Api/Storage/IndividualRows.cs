using Whales.Contracts;

namespace Whales.Ingest.Api.Storage;

/// <summary>One animal.</summary>
internal sealed record IndividualRow
{
    public required string Id { get; init; }

    public string? Name { get; init; }

    public string? Species { get; init; }

    /// <summary>A word of <see cref="Contracts.Sex"/>.</summary>
    public string? Sex { get; init; }

    public string? Notes { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset UpdatedAt { get; init; }
}

/// <summary>One photo of an animal.</summary>
internal sealed record IndividualPhotoRow
{
    public required Guid Id { get; init; }

    public required string IndividualId { get; init; }

    public required string ImageKey { get; init; }

    /// <summary>From the photo's bytes, not from the client.</summary>
    public required string ContentType { get; init; }

    public required long ImageBytes { get; init; }

    public required string Sha256 { get; init; }

    public string? FileName { get; init; }

    public Region? Region { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }
}

/// <summary>Where one photo stands with one model.</summary>
internal sealed record EmbeddingStateRow(
    Guid PhotoId, string Model, string ModelVersion, EmbeddingStatus Status, DateTimeOffset? CompletedAt, string? ErrorCode, string? ErrorMessage);

/// <summary>How many embeddings a model has of an animal.</summary>
internal readonly record struct EmbeddingCount(string IndividualId, string Model, int FromPhotos, int Shipped);

/// <summary>A model whose catalogue photos go into.</summary>
internal readonly record struct CatalogueModel(string Name, string Version);
