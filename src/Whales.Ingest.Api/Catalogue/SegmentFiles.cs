using System.Text;
using Whales.Hosting.Catalogue;
using Whales.Hosting.Images;
using Whales.Ingest.Api.Storage;

namespace Whales.Ingest.Api.Catalogue;

/// <summary>Writes catalogue files: each noted in the database first, under a name that no file had before.</summary>
internal sealed class SegmentFiles(CatalogueStore store, IImageStore images, TimeProvider clock)
{
    private const int RowsAtOnce = 4_096;

    /// <summary>Everything that the database has of the model.</summary>
    /// <param name="model">Whose catalogue.</param>
    /// <param name="dimensions">Values of an embedding.</param>
    /// <param name="through">The version that the content is of.</param>
    /// <param name="publishedOnly">True: only what a head has told of already.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The segment and its rows.</returns>
    public async Task<(CatalogueSegment Segment, List<Guid> Rows)> WriteBaseAsync(
        CatalogueModel model, int dimensions, long through, bool publishedOnly, CancellationToken cancellationToken)
    {
        var key = await ReserveAsync(model.Name, "base", through, cancellationToken);
        await using var file = TemporaryFile();
        using var writer = new SegmentWriter(file, dimensions);
        var owners = new SegmentOwners();
        var written = new List<Guid>();
        var (individual, row) = ("", Guid.Empty);
        while (true)
        {
            var rows = await store.RowsAsync(model, publishedOnly, individual, row, RowsAtOnce, cancellationToken);
            if (rows.Count == 0)
                break;
            (individual, row) = (rows[^1].IndividualId, rows[^1].Id);
            var known = await store.IndividualsAsync(rows.Select(r => r.IndividualId).Distinct(), cancellationToken);
            writer.Write(owners.Chunk([], known.Values, rows));
            written.AddRange(rows.Select(r => r.Id));
        }

        return (await PutAsync(writer, file, key, through, cancellationToken), written);
    }

    public async Task<CatalogueSegment> WriteDeltaAsync(
        string model, int dimensions, long through, IReadOnlyList<Guid> removed, IReadOnlyCollection<KnownIndividual> individuals, IReadOnlyList<CatalogueRow> rows,
        CancellationToken cancellationToken)
    {
        var key = await ReserveAsync(model, "delta", through, cancellationToken);
        await using var file = TemporaryFile();
        using var writer = new SegmentWriter(file, dimensions);
        var owners = new SegmentOwners();
        writer.Write(owners.Chunk(removed, individuals, []));
        foreach (var part in rows.Chunk(RowsAtOnce))
            writer.Write(owners.Chunk([], [], part));
        return await PutAsync(writer, file, key, through, cancellationToken);
    }

    /// <summary>One delta in place of several that follow each other.</summary>
    /// <exception cref="InvalidDataException">One of them is missing or damaged.</exception>
    public async Task<CatalogueSegment> MergeAsync(string model, int dimensions, IReadOnlyList<CatalogueSegment> deltas, CancellationToken cancellationToken)
    {
        var removed = new HashSet<Guid>();
        var individuals = new Dictionary<string, KnownIndividual>(StringComparer.Ordinal);
        var rows = new Dictionary<Guid, CatalogueRow>();
        foreach (var delta in deltas)
        {
            var own = new List<string>();
            await ReadAsync(delta, dimensions, chunk =>
            {
                foreach (var individual in chunk.Individuals)
                {
                    individuals[individual.Id] = individual;
                    own.Add(individual.Id);
                }

                foreach (var row in chunk.Removed)
                {
                    removed.Add(row);
                    rows.Remove(row);
                }

                for (var i = 0; i < chunk.Rows.Count; i++)
                    rows[chunk.Rows[i]] = new CatalogueRow(chunk.Rows[i], own[chunk.Owners[i]], chunk.Values.Slice(i * dimensions * sizeof(ushort), dimensions * sizeof(ushort)).ToArray());
            }, cancellationToken);
        }

        return await WriteDeltaAsync(model, dimensions, deltas[^1].Through, [.. removed], individuals.Values, [.. rows.Values], cancellationToken);
    }

    /// <exception cref="InvalidDataException">It is missing or damaged.</exception>
    public async Task ReadAsync(CatalogueSegment segment, int dimensions, Action<SegmentChunk> take, CancellationToken cancellationToken)
    {
        await using var stream = await images.OpenReadAsync(segment.Key, cancellationToken) ?? throw new InvalidDataException($"{segment.Key} is missing.");
        SegmentReader.Read(stream, segment, dimensions, take);
    }

    public async Task PutHeadAsync(CatalogueHead head, CancellationToken cancellationToken)
    {
        using var json = new MemoryStream(Encoding.UTF8.GetBytes(head.ToJson()));
        await images.PutAsync(CatalogueKeys.Head(head.Model), json, cancellationToken);
    }

    /// <summary>The head as workers see it; null when there is none, or it cannot be read.</summary>
    public async Task<CatalogueHead?> StoredHeadAsync(string model, CancellationToken cancellationToken)
    {
        using var stored = await images.ReadAsync(CatalogueKeys.Head(model), cancellationToken);
        try
        {
            return stored is null ? null : CatalogueHead.Parse(stored.Memory.Span, model);
        }
        catch (InvalidDataException)
        {
            return null;
        }
    }

    private async Task<string> ReserveAsync(string model, string kind, long version, CancellationToken cancellationToken)
    {
        var key = CatalogueKeys.NewSegment(model, kind, version);
        await store.ReserveSegmentAsync(key, model, clock.GetUtcNow(), cancellationToken);
        return key;
    }

    private async Task<CatalogueSegment> PutAsync(SegmentWriter writer, FileStream file, string key, long through, CancellationToken cancellationToken)
    {
        var segment = writer.Finish(key, through);
        file.Position = 0;
        await images.PutAsync(key, file, cancellationToken);
        return segment;
    }

    // A base of a large catalogue does not belong into memory.
    private static FileStream TemporaryFile() => new(
        Path.Combine(Path.GetTempPath(), $"whales-segment-{Guid.NewGuid():n}"),
        new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.ReadWrite, Options = FileOptions.DeleteOnClose, BufferSize = 128 * 1024 });
}
