using System.Text.Json.Serialization;

namespace Whales.Contracts;

/// <summary>A known animal of the catalogue.</summary>
public sealed record Individual
{
    /// <summary>The catalogue's name for it, unique: 1 to 100 characters, chosen by the cataloguer or made by the service.</summary>
    public required string Id { get; init; }

    /// <summary>What people call it.</summary>
    public string? Name { get; init; }

    /// <summary>Latin name.</summary>
    public string? Species { get; init; }

    public Sex? Sex { get; init; }

    public string? Notes { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset UpdatedAt { get; init; }

    /// <summary>Photos that were added here. An animal that came with a model has none: only its embeddings came with it.</summary>
    public required int Photos { get; init; }

    /// <summary>What each model compares with; a model that is missing cannot name this animal.</summary>
    public required IReadOnlyList<IndividualEmbeddings> Embeddings { get; init; }
}

/// <summary>How many embeddings one model has of an animal.</summary>
public sealed record IndividualEmbeddings
{
    public required string Model { get; init; }

    /// <summary>Of photos that were added here.</summary>
    public required int FromPhotos { get; init; }

    /// <summary>That came with the model, without their photos.</summary>
    public required int Shipped { get; init; }
}

/// <summary>The sex of an animal, where it is known.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<Sex>))]
public enum Sex
{
    [JsonStringEnumMemberName("unknown")] Unknown,
    [JsonStringEnumMemberName("female")] Female,
    [JsonStringEnumMemberName("male")] Male,
}
