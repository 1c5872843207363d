using System.Text.Json;
using System.Text.Json.Serialization;

namespace Whales.Hosting.Catalogue;

/// <summary>
/// <c>catalogue/&lt;model&gt;/head.json</c>: the files that are the model's catalogue now. It alone changes; the files it names never do.
/// </summary>
public sealed record CatalogueHead
{
    public required string Model { get; init; }

    /// <summary>The version of the model that made the embeddings: others cannot be compared with them.</summary>
    public required string ModelVersion { get; init; }

    /// <summary>One more with every change. A reader passes over a head that is older than its own.</summary>
    public required long Version { get; init; }

    /// <summary>Changes when the catalogue was made anew: what a reader has of another lineage is of no use.</summary>
    public required string Lineage { get; init; }

    /// <summary>Values of one embedding.</summary>
    public required int Dimensions { get; init; }

    public required DateTimeOffset PublishedAt { get; init; }

    /// <summary>Everything up to its version.</summary>
    public required CatalogueSegment Base { get; init; }

    /// <summary>What has changed since, oldest first.</summary>
    public required IReadOnlyList<CatalogueSegment> Deltas { get; init; }

    [JsonIgnore]
    public IEnumerable<CatalogueSegment> Segments => Deltas.Prepend(Base);

    public string ToJson() => JsonSerializer.Serialize(this, CatalogueJson.Default.CatalogueHead);

    /// <exception cref="InvalidDataException">It is no head, or that of another model.</exception>
    public static CatalogueHead Parse(ReadOnlySpan<byte> json, string model)
    {
        CatalogueHead? head;
        try
        {
            head = JsonSerializer.Deserialize(json, CatalogueJson.Default.CatalogueHead);
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"The head of {model}'s catalogue cannot be read: {e.Message}", e);
        }

        return head?.Model == model ? head : throw new InvalidDataException($"The head of {model}'s catalogue names another model.");
    }
}

/// <summary>One immutable file of a catalogue.</summary>
public sealed record CatalogueSegment
{
    public required string Key { get; init; }

    /// <summary>Of the whole file, 64 lower-case hexadecimal digits.</summary>
    public required string Sha256 { get; init; }

    public required long Bytes { get; init; }

    /// <summary>Embeddings that it adds.</summary>
    public required int Rows { get; init; }

    /// <summary>The version of the catalogue that it leads to. Applying it again, or on top of a part of itself, changes nothing.</summary>
    public required long Through { get; init; }
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, WriteIndented = true)]
[JsonSerializable(typeof(CatalogueHead))]
internal sealed partial class CatalogueJson : JsonSerializerContext;
