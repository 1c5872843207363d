using System.Text.Json;
using System.Text.Json.Serialization;

namespace Whales.Hosting.Catalogue;

/// <summary>
/// A part of a segment: what goes, then what comes. Rows are named by ids, so that what is applied twice is there once.
/// </summary>
public sealed class SegmentChunk
{
    /// <summary>Rows that are no longer part of the catalogue; gone before <see cref="Rows"/> come.</summary>
    public IReadOnlyList<Guid> Removed { get; init; } = [];

    /// <summary>Animals that are new, or have another name or species than before.</summary>
    public IReadOnlyList<KnownIndividual> Individuals { get; init; } = [];

    /// <summary>The id of each row.</summary>
    public IReadOnlyList<Guid> Rows { get; init; } = [];

    /// <summary>The animal of each row, as its place among all individuals of the segment so far.</summary>
    public IReadOnlyList<int> Owners { get; init; } = [];

    /// <summary>Row after row, float16, little-endian.</summary>
    public ReadOnlyMemory<byte> Values { get; init; }
}

/// <summary>What stands before the binary part of a chunk.</summary>
internal sealed record ChunkHeader(int Removed, int Rows, IReadOnlyList<KnownIndividual> Individuals);

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ChunkHeader))]
internal sealed partial class ChunkJson : JsonSerializerContext;
