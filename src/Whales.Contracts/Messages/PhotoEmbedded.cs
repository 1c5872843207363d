namespace Whales.Contracts;

/// <summary>Event: a worker has embedded a catalogue photo.</summary>
public sealed record PhotoEmbedded
{
    public required Guid PhotoId { get; init; }

    public required string Model { get; init; }

    /// <summary>Of the worker's model; embeddings of different versions cannot be compared.</summary>
    public required string ModelVersion { get; init; }

    /// <summary>The vector of length 1: float16, little-endian; base64 in JSON.</summary>
    public required byte[] Embedding { get; init; }

    /// <summary>Host name and process of the worker.</summary>
    public required string Worker { get; init; }
}
