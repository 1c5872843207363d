using System.Globalization;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Whales.Hosting.Catalogue;
using Whales.Ingest.Api.Models;
using Whales.Ingest.Api.Storage;

namespace Whales.Ingest.Api.Catalogue;

/// <summary>
/// Brings the animals that came with a model into the catalogue, once for each content of its <c>catalogue.npy</c> and <c>catalogue.csv</c>.
/// They have embeddings and no photos. Ids of rows are made from the content, so that an import that was cut off, or runs twice at once, adds each row once.
/// </summary>
internal sealed partial class ShippedImport(CatalogueStore store, KnownModels models, TimeProvider clock, ILogger<ShippedImport> log)
{
    private const int RowsAtOnce = 1_000;

    public async Task RunAsync(CatalogueModel model, CancellationToken cancellationToken)
    {
        await store.OpenAsync(model, cancellationToken);
        if (models.All.Single(known => known.Name == model.Name).Folder is not { } folder)
            return;
        var (npy, csv) = (Path.Combine(folder, "catalogue.npy"), Path.Combine(folder, "catalogue.csv"));
        var shipped = await ContentAsync([npy, csv], cancellationToken);
        if ((await store.HeadsAsync(cancellationToken)).Single(head => head.Model == model.Name).Shipped == shipped)
            return;

        var (values, rows, dimensions) = NpyFile.ReadMatrix(npy);
        var owners = IndividualTable.Read(csv);
        if (owners.Count != rows)
            throw new CatalogueFileException($"{csv}: names {owners.Count} rows, {npy} has {rows}.");
        for (var start = 0; start < rows; start += RowsAtOnce)
        {
            var range = Enumerable.Range(start, Math.Min(RowsAtOnce, rows - start)).ToList();
            await store.AddShippedAsync(
                model, shipped, range.Select(row => owners[row]).Distinct(),
                range.Select(row => new CatalogueRow(RowId(model, shipped, row), owners[row].Id, Half(values.AsSpan(row * dimensions, dimensions)))),
                clock.GetUtcNow(), cancellationToken);
        }

        await store.FinishShippedAsync(model, shipped, dimensions, cancellationToken);
        LogImported(model.Name, owners.Select(owner => owner.Id).Distinct().Count(), rows);
    }

    private static async Task<string> ContentAsync(IEnumerable<string> files, CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var file in files)
            hash.AppendData(await File.ReadAllBytesAsync(file, cancellationToken));
        return Convert.ToHexStringLower(hash.GetHashAndReset())[..32];
    }

    private static Guid RowId(CatalogueModel model, string shipped, int row) => new(
        SHA256.HashData(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{model.Name}\n{model.Version}\n{shipped}\n{row}"))).AsSpan(0, 16), bigEndian: true);

    private static byte[] Half(ReadOnlySpan<float> values)
    {
        var bytes = new byte[values.Length * sizeof(ushort)];
        TensorPrimitives.ConvertToHalf(values, MemoryMarshal.Cast<byte, Half>(bytes.AsSpan()));
        return bytes;
    }

    [LoggerMessage(LogLevel.Information, "The catalogue that came with {Model} is imported: {Individuals} animals, {Embeddings} embeddings.")]
    private partial void LogImported(string model, int individuals, int embeddings);
}
