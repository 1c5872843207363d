using Microsoft.AspNetCore.Http.HttpResults;
using Whales.Contracts;
using Whales.Ingest.Api.Identifications;
using Whales.Ingest.Api.Security;
using Whales.Ingest.Api.Storage;

namespace Whales.Ingest.Api.Batches;

/// <summary>Cancel and DELETE of a whole batch.</summary>
internal static class BatchChangeEndpoints
{
    public static async Task<Ok<Batch>> Cancel(
        HttpContext http, string id, BatchStore store, BatchChanges changes, BatchAudit audit, CancellationToken cancellationToken)
    {
        var parsedId = BatchEndpoints.ParseId(id);
        var row = await store.RequireAsync(parsedId, http.Caller(), cancellationToken);
        var canceled = await changes.CancelAsync(parsedId, cancellationToken);
        if (canceled > 0)
            audit.Canceled(http, parsedId, canceled);
        var progress = await store.FindProgressAsync(parsedId, cancellationToken) ?? throw BatchEndpoints.Missing(parsedId);
        EntityTags.Set(http.Response, progress.Tag());
        return TypedResults.Ok(row.ToBatch(progress));
    }

    public static async Task<NoContent> Delete(HttpContext http, string id, BatchStore store, BatchChanges changes, BatchAudit audit)
    {
        var parsedId = BatchEndpoints.ParseId(id);
        await store.RequireAsync(parsedId, http.Caller(), CancellationToken.None);
        // Thousands of photos take their time: a client that does not wait for it changes nothing.
        if (!await changes.DeleteAsync(parsedId))
            throw BatchEndpoints.Missing(parsedId);
        audit.Deleted(http, parsedId);
        return TypedResults.NoContent();
    }
}
