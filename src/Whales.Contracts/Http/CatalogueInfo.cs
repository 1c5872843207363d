namespace Whales.Contracts;

/// <summary>The catalogue of one model.</summary>
public sealed record CatalogueInfo
{
    public required string Model { get; init; }

    /// <summary>False for a classifier, which has none.</summary>
    public required bool HasCatalogue { get; init; }

    /// <summary>The version of the model that the embeddings are made with; absent without a catalogue.</summary>
    public string? ModelVersion { get; init; }

    /// <summary>What workers are given now; it stands as <c>catalogueVersion</c> in their answers. Absent before it was first given out.</summary>
    public string? Version { get; init; }

    /// <summary>When that version was given out.</summary>
    public DateTimeOffset? PublishedAt { get; init; }

    /// <summary>Animals that the model can name.</summary>
    public required int Individuals { get; init; }

    /// <summary>Embeddings that photos are compared with, those that came with the model among them.</summary>
    public required int Embeddings { get; init; }

    /// <summary>Photos waiting to be embedded.</summary>
    public required int Queued { get; init; }

    /// <summary>Photos that could not be embedded.</summary>
    public required int Failed { get; init; }
}
