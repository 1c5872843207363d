using Whales.Contracts;

namespace Whales.Ingest.Api.Storage;

/// <summary>States of embeddings as they stand in the table.</summary>
internal static class EmbeddingText
{
    public static EmbeddingStatus Status(string text) => text switch
    {
        "queued" => EmbeddingStatus.Queued,
        "embedded" => EmbeddingStatus.Embedded,
        "failed" => EmbeddingStatus.Failed,
        _ => throw new InvalidDataException($"The table has a status that this release does not know: {text}."),
    };
}
