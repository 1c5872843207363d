using Whales.Hosting.Catalogue;
using Whales.Ingest.Api.Storage;

namespace Whales.Ingest.Api.Catalogue;

/// <summary>Numbers the animals of one segment in the order in which its chunks name them.</summary>
internal sealed class SegmentOwners
{
    private readonly Dictionary<string, int> _numbers = new(StringComparer.Ordinal);

    /// <summary>A chunk with these rows, and with those of the animals that no chunk before has named.</summary>
    public SegmentChunk Chunk(IReadOnlyList<Guid> removed, IEnumerable<KnownIndividual> individuals, IReadOnlyList<CatalogueRow> rows)
    {
        var named = new List<KnownIndividual>();
        foreach (var individual in individuals)
            Name(individual);
        foreach (var row in rows)
            Name(new KnownIndividual(row.IndividualId, null, null));
        return new SegmentChunk
        {
            Removed = removed,
            Individuals = named,
            Rows = [.. rows.Select(row => row.Id)],
            Owners = [.. rows.Select(row => _numbers[row.IndividualId])],
            Values = Values(rows),
        };

        void Name(KnownIndividual individual)
        {
            if (_numbers.TryAdd(individual.Id, _numbers.Count))
                named.Add(individual);
        }
    }

    private static byte[] Values(IReadOnlyList<CatalogueRow> rows)
    {
        var values = new byte[rows.Sum(row => row.Embedding.Length)];
        var at = 0;
        foreach (var row in rows)
        {
            row.Embedding.CopyTo(values, at);
            at += row.Embedding.Length;
        }

        return values;
    }
}
