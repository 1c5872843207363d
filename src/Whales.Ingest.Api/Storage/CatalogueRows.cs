using Whales.Hosting.Catalogue;

namespace Whales.Ingest.Api.Storage;

/// <summary>An embedding as workers know it.</summary>
internal sealed record CatalogueRow(Guid Id, string IndividualId, byte[] Embedding);

/// <summary>What workers have yet to be told: a row that is gone, or an animal that is called otherwise.</summary>
internal readonly record struct CatalogueChange(Guid Id, Guid? RemovedRow, string? IndividualId);

/// <summary>The state of a model's catalogue in the database.</summary>
internal sealed record HeadRow
{
    public required string Model { get; init; }

    /// <summary>The model's version as the API that started last has it; another API leaves the model alone.</summary>
    public required string ModelVersion { get; init; }

    /// <summary>The files that came with the model, once they are imported.</summary>
    public string? Shipped { get; init; }

    public int? Dimensions { get; init; }

    public required long Version { get; init; }

    /// <summary>The head as it was last committed; null before the first, and when everything is to be made anew.</summary>
    public CatalogueHead? Head { get; init; }
}

/// <summary>A head to commit, with what it says to workers for the first time.</summary>
/// <param name="Before">The version that it follows.</param>
/// <param name="Head">The new one.</param>
/// <param name="Published">Rows that it is the first to have.</param>
/// <param name="Told">Changes that it has.</param>
/// <param name="Retired">Segments that the one before named and it does not.</param>
internal sealed record HeadCommit(
    long Before, CatalogueHead Head, IReadOnlyList<Guid> Published, IReadOnlyList<Guid> Told, IReadOnlyList<string> Retired);

/// <summary>A model's catalogue in numbers.</summary>
internal sealed record CatalogueCount(string Model, int Individuals, int Embeddings);
