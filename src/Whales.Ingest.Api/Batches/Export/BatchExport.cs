using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using Whales.Contracts;
using Whales.Ingest.Api.Identifications;
using Whales.Ingest.Api.Storage;

namespace Whales.Ingest.Api.Batches.Export;

/// <summary>The results of a batch as text, part by part: no more than a few hundred rows are in memory, however large the batch.</summary>
internal sealed class BatchExport(BatchStore store)
{
    /// <summary>The status that an export gives a refused file.</summary>
    public const string Rejected = "rejected";

    private const int RowsAtOnce = 250;

    private static readonly byte[] NewLine = "\n"u8.ToArray();
    private static readonly byte[] JsonStart = "{\"batch\":"u8.ToArray();
    private static readonly byte[] JsonItems = ",\"items\":["u8.ToArray();
    private static readonly byte[] JsonNext = ",\n"u8.ToArray();
    private static readonly byte[] JsonEnd = "]}"u8.ToArray();

    public async Task WriteCsvAsync(Batch batch, Stream output, CancellationToken cancellationToken)
    {
        // The mark by which spreadsheets see that it is UTF-8.
        await using var writer = new StreamWriter(output, new UTF8Encoding(encoderShouldEmitUTF8Identifier: true), bufferSize: 32 * 1024, leaveOpen: true);
        await writer.WriteAsync(CsvTable.Header);
        var line = new CsvLine();
        await foreach (var photo in PhotosAsync(batch.Id, cancellationToken))
            await writer.WriteAsync(CsvTable.Row(line, photo).AsMemory(), cancellationToken);
        foreach (var entry in batch.Rejected ?? [])
            await writer.WriteAsync(CsvTable.Row(line, entry, batch).AsMemory(), cancellationToken);
    }

    public async Task WriteNdjsonAsync(Batch batch, Stream output, JsonSerializerOptions json, CancellationToken cancellationToken)
    {
        await foreach (var photo in PhotosAsync(batch.Id, cancellationToken))
        {
            await JsonSerializer.SerializeAsync(output, photo, json, cancellationToken);
            await output.WriteAsync(NewLine, cancellationToken);
        }

        foreach (var entry in batch.Rejected ?? [])
        {
            await JsonSerializer.SerializeAsync(output, RejectedLine.Of(entry), json, cancellationToken);
            await output.WriteAsync(NewLine, cancellationToken);
        }
    }

    public async Task WriteJsonAsync(Batch batch, Stream output, JsonSerializerOptions json, CancellationToken cancellationToken)
    {
        await output.WriteAsync(JsonStart, cancellationToken);
        await JsonSerializer.SerializeAsync(output, batch, json, cancellationToken);
        await output.WriteAsync(JsonItems, cancellationToken);
        var first = true;
        await foreach (var photo in PhotosAsync(batch.Id, cancellationToken))
        {
            if (!first)
                await output.WriteAsync(JsonNext, cancellationToken);
            first = false;
            await JsonSerializer.SerializeAsync(output, photo, json, cancellationToken);
        }

        await output.WriteAsync(JsonEnd, cancellationToken);
    }

    private async IAsyncEnumerable<Identification> PhotosAsync(Guid batch, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        Guid? after = null;
        while (await store.PhotosAsync(batch, after, RowsAtOnce, cancellationToken) is { Count: > 0 } rows)
        {
            foreach (var row in rows)
                yield return row.ToIdentification();
            after = rows[^1].Id;
        }
    }

    /// <summary>A refused file among the lines of photos.</summary>
    private sealed record RejectedLine(string Status, string FileName, IdentificationError Error)
    {
        public static RejectedLine Of(RejectedEntry entry) =>
            new(Rejected, entry.Entry, new IdentificationError { Code = entry.Code, Message = entry.Message });
    }
}
