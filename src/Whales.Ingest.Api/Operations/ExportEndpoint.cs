using System.IO.Compression;
using System.Text.Json;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;
using Whales.Contracts;
using Whales.Hosting.Images;
using Whales.Ingest.Api.Identifications;
using Whales.Ingest.Api.Security;
using Whales.Ingest.Api.Storage;

namespace Whales.Ingest.Api.Operations;

/// <summary>GET /v1/identifications/{id}/export: all that is stored about one identification, as a ZIP of a JSON file and the photo as it was sent.</summary>
internal static class ExportEndpoint
{
    public const string JsonName = "identification.json";

    public static async Task<IResult> Get(
        HttpContext http, string id, IIdentificationStore store, IImageStore images, FaultStore faults, AuditStore audit, DeadLetterStore letters,
        AuditLog log, IOptions<JsonOptions> json, CancellationToken cancellationToken)
    {
        var parsedId = IdentificationEndpoints.ParseId(id);
        var row = await store.RequireAsync(parsedId, http.Caller(), cancellationToken);
        // First, so that the export has this entry too.
        await log.ExportedAsync(http, row.Id);
        await using var photo = await images.OpenReadAsync(row.ImageKey, cancellationToken);
        var photoName = photo is null ? null : $"photo.{ImageEndpoint.Extension(ImageEndpoint.FormatOf(row.ContentType))}";
        var export = new IdentificationExport
        {
            Identification = row.ToIdentification(),
            Owner = row.Owner.Length == 0 ? null : row.Owner,
            Lane = row.Lane,
            QueuedAt = row.QueuedAt,
            SentAt = row.SentAt,
            Worker = row.Worker,
            TraceParent = row.TraceParent,
            IdempotencyKey = row.IdempotencyKey,
            Photo = photoName,
            PhotoContentType = row.ContentType,
            PhotoBytes = row.ImageBytes,
            Faults = await faults.ListAsync(row.Id, cancellationToken),
            Audit = await AuditOfAsync(audit, row.Id, cancellationToken),
            DeadLetters = await letters.OfIdentificationAsync(row.Id, cancellationToken),
        };

        http.Response.ContentType = "application/zip";
        http.Response.Headers.CacheControl = "no-store";
        http.Response.Headers.XContentTypeOptions = "nosniff";
        http.Response.Headers.ContentDisposition = new ContentDispositionHeaderValue("attachment") { FileName = $"{row.Id}.zip" }.ToString();
        // An entry writes its last bytes as it is closed, and the library does that without waiting.
        http.Features.GetRequiredFeature<IHttpBodyControlFeature>().AllowSynchronousIO = true;
        await using var zip = await ZipArchive.CreateAsync(http.Response.Body, ZipArchiveMode.Create, leaveOpen: true, entryNameEncoding: null, cancellationToken);
        await using (var entry = await zip.CreateEntry(JsonName).OpenAsync(cancellationToken))
            await JsonSerializer.SerializeAsync(entry, export, json.Value.SerializerOptions, cancellationToken);
        if (photo is not null)
        {
            // Photos are compressed already.
            await using var entry = await zip.CreateEntry(photoName!, CompressionLevel.NoCompression).OpenAsync(cancellationToken);
            await photo.CopyToAsync(entry, cancellationToken);
        }
        return TypedResults.Empty;
    }

    private static async Task<IReadOnlyList<AuditEntry>> AuditOfAsync(AuditStore audit, Guid id, CancellationToken cancellationToken)
    {
        const int Most = 10_000;
        var entries = await audit.ListAsync(new AuditFilter { IdentificationId = id, Limit = Most }, cancellationToken);
        return [.. entries.Reverse()];
    }
}
