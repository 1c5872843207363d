using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.Options;
using Whales.Ingest.Api.Errors;
using Whales.Ingest.Api.Security;
using Whales.Ingest.Api.Storage;

namespace Whales.Ingest.Api.Batches.Export;

/// <summary>GET /v1/batches/{id}/results.</summary>
internal static class ResultsEndpoint
{
    public static readonly string[] Formats = ["json", "csv", "ndjson"];

    public static async Task<IResult> Get(
        HttpContext http, string id, string? format, BatchStore store, BatchExport export, IOptions<JsonOptions> json, CancellationToken cancellationToken)
    {
        var chosen = format ?? Formats[0];
        if (!Formats.Contains(chosen, StringComparer.Ordinal))
            throw RequestRefusedException.Malformed($"format must be one of {string.Join(", ", Formats)}.");
        var parsedId = BatchEndpoints.ParseId(id);
        var row = await store.RequireAsync(parsedId, http.Caller(), cancellationToken);
        var progress = await store.FindProgressAsync(parsedId, cancellationToken) ?? throw BatchEndpoints.Missing(parsedId);
        var batch = row.ToBatch(progress);

        http.Response.Headers.CacheControl = "no-store";
        http.Response.Headers.ContentDisposition = $"attachment; filename=\"batch-{parsedId}.{chosen}\"";
        var options = json.Value.SerializerOptions;
        return chosen switch
        {
            "csv" => TypedResults.Stream(output => export.WriteCsvAsync(batch, output, cancellationToken), "text/csv; charset=utf-8"),
            "ndjson" => TypedResults.Stream(output => export.WriteNdjsonAsync(batch, output, options, cancellationToken), "application/x-ndjson"),
            _ => TypedResults.Stream(output => export.WriteJsonAsync(batch, output, options, cancellationToken), "application/json"),
        };
    }
}
