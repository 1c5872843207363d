using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;
using Whales.Contracts;
using Whales.Ingest.Api.Identifications;
using Whales.Ingest.Api.Models;
using Whales.Ingest.Api.Storage;
using Whales.Ingest.Api.Telemetry;

namespace Whales.Ingest.Api.Batches;

/// <summary>POST /v1/batches.</summary>
internal static class BatchSubmitEndpoint
{
    public static async Task<Accepted<Batch>> Submit(
        HttpContext http, string? model, string? expiresIn, string? region, BatchSubmission submission, BatchStore store, KnownModels models,
        IOptions<IngestOptions> options, CancellationToken cancellationToken)
    {
        // The bytes are counted where they are read; the server's own limit would close the connection before the answer could be read.
        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
            size.MaxRequestBodySize = null;

        var parameters = SubmitParameters.Read(http.Request, model, expiresIn, region, models, options.Value.MaxExpiresIn);
        WaitsFor.Upload(http);
        var (row, replayed) = await submission.AcceptAsync(http.Request, parameters, cancellationToken);
        if (replayed)
            http.Response.Headers["Idempotent-Replayed"] = "true";
        var progress = await store.FindProgressAsync(row.Id, cancellationToken) ?? throw BatchEndpoints.Missing(row.Id);
        EntityTags.Set(http.Response, progress.Tag());
        http.Response.Headers.RetryAfter = SubmitEndpoint.RetryAfterSeconds;
        return TypedResults.Accepted(BatchMapping.Location(row.Id), row.ToBatch(progress));
    }
}
