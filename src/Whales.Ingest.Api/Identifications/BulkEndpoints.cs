using Microsoft.AspNetCore.Http.HttpResults;
using Whales.Contracts;
using Whales.Ingest.Api.Errors;
using Whales.Ingest.Api.Storage;

namespace Whales.Ingest.Api.Identifications;

/// <summary>Retry and purge of many, bounded per request.</summary>
internal static class BulkEndpoints
{
    /// <summary>The most that one request changes; a client repeats it, and other requests get their turn in between.</summary>
    public const int MostAtOnce = 500;

    public static async Task<Ok<ChangedCount>> Retry(
        HttpContext http, string? model, string? code, string? batchId, IIdentificationStore store, IIdentificationQueue queue, IdentificationWaiters waiters, AuditLog audit,
        TimeProvider clock, CancellationToken cancellationToken)
    {
        var rows = await ChooseAsync(store, IdentificationStatus.Failed, model, code, batchId, cancellationToken);
        var count = 0;
        try
        {
            foreach (var row in rows.Take(MostAtOnce))
            {
                if (await store.RetryAsync(row.Id, clock.GetUtcNow(), cancellationToken) is not { Changed: true })
                    continue;
                count++;
                waiters.Completed(row.Id);
            }
        }
        finally
        {
            // Also what was done before an error is told and sent.
            if (count > 0)
                queue.Wake();
            audit.RetriedMany(http, count, model, code);
        }
        return TypedResults.Ok(new ChangedCount { Count = count, More = rows.Count > MostAtOnce });
    }

    public static async Task<Ok<ChangedCount>> Purge(
        HttpContext http, string? status, string? model, string? code, string? batchId, IIdentificationStore store, IdentificationRemoval removal, AuditLog audit,
        CancellationToken cancellationToken)
    {
        var chosen = ListFilters.Status(status);
        if (chosen is not (IdentificationStatus.Failed or IdentificationStatus.Canceled or IdentificationStatus.Expired))
            throw RequestRefusedException.Malformed("status is required and must be failed, canceled or expired: what succeeded or still waits is removed one by one.");

        var rows = await ChooseAsync(store, chosen.Value, model, code, batchId, cancellationToken);
        var count = 0;
        try
        {
            foreach (var row in rows.Take(MostAtOnce))
            {
                if (await removal.RemoveAsync(row.Id, cancellationToken))
                    count++;
            }
        }
        finally
        {
            audit.Purged(http, count, status!, model, code);
        }
        return TypedResults.Ok(new ChangedCount { Count = count, More = rows.Count > MostAtOnce });
    }

    private static Task<IReadOnlyList<IdentificationRow>> ChooseAsync(
        IIdentificationStore store, IdentificationStatus status, string? model, string? code, string? batchId, CancellationToken cancellationToken) =>
        store.ListAsync(
            new IdentificationFilter
            {
                Status = status,
                Model = ListFilters.Model(model),
                BatchId = ListFilters.BatchId(batchId),
                Code = ListFilters.Code(code),
                Limit = MostAtOnce + 1,
            },
            cancellationToken);
}
