using System.Text.Json.Serialization;

namespace Whales.Contracts;

/// <summary>A photo of a known animal.</summary>
public sealed record IndividualPhoto
{
    /// <summary>UUIDv7.</summary>
    public required Guid Id { get; init; }

    public required string IndividualId { get; init; }

    /// <summary>The name that the client gave the file, without its folders and control characters.</summary>
    public string? FileName { get; init; }

    /// <summary>SHA-256 of the photo's bytes, 64 lower-case hexadecimal digits. An animal has a photo once, however often it is sent.</summary>
    public required string Sha256 { get; init; }

    /// <summary>The part of the photo that is looked at.</summary>
    public Region? Region { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Where the photo stands with each model.</summary>
    public required IReadOnlyList<PhotoEmbeddingState> Embeddings { get; init; }
}

/// <summary>One photo and one model.</summary>
public sealed record PhotoEmbeddingState
{
    public required string Model { get; init; }

    /// <summary>The version that embeds or has embedded the photo; absent for a model without catalogue.</summary>
    public string? ModelVersion { get; init; }

    public required EmbeddingStatus Status { get; init; }

    /// <summary>When it was embedded or failed.</summary>
    public DateTimeOffset? CompletedAt { get; init; }

    /// <summary>Present when <see cref="Status"/> is failed. Sending the same photo again tries once more.</summary>
    public IdentificationError? Error { get; init; }
}

/// <summary>Where a catalogue photo stands with a model.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<EmbeddingStatus>))]
public enum EmbeddingStatus
{
    /// <summary>It waits for a worker.</summary>
    [JsonStringEnumMemberName("queued")] Queued,

    /// <summary>The animal can be named by it.</summary>
    [JsonStringEnumMemberName("embedded")] Embedded,

    [JsonStringEnumMemberName("failed")] Failed,

    /// <summary>The model is a classifier: it knows the animals that it was trained on and cannot learn others.</summary>
    [JsonStringEnumMemberName("no_catalogue")] NoCatalogue,
}
