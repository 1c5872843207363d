using Microsoft.AspNetCore.Http.HttpResults;
using Whales.Contracts;
using Whales.Ingest.Api.Errors;
using Whales.Ingest.Api.Operations;
using Whales.Ingest.Api.Storage;

namespace Whales.Ingest.Api.Identifications;

/// <summary>Retry and purge of many, bounded per request.</summary>
internal static class BulkEndpoints
{
    /// <summary>The most that one request changes; a client repeats it, and other requests get their turn in between.</summary>
    public const int MostAtOnce = 500;

    public static async Task<Ok<ChangedCount>> Retry(
        HttpContext http, string? model, string? code, string? batchId, string? after, string? before, ReplayStore replays, ReplayPace pace,
        IIdentificationQueue queue, IdentificationWaiters waiters, AuditLog audit, TimeProvider clock, CancellationToken cancellationToken)
    {
        var filter = new ReplayFilter
        {
            Model = ListFilters.Model(model),
            Code = ListFilters.Code(code),
            BatchId = ListFilters.BatchId(batchId),
            After = ListFilters.Time("after", after),
            Before = ListFilters.Time("before", before),
        };
        var started = clock.GetTimestamp();
        var count = 0;
        var more = true;
        try
        {
            while (more && count < MostAtOnce && clock.GetElapsedTime(started) < pace.RequestTime)
            {
                await pace.WaitAsync(cancellationToken);
                var part = Math.Min(pace.Part, MostAtOnce - count);
                var queued = await replays.ReplayAsync(filter, part, clock.GetUtcNow(), cancellationToken);
                count += queued.Count;
                more = queued.Count == part;
                if (queued.Count > 0)
                    queue.Wake();
                foreach (var attempt in queued)
                    waiters.Completed(attempt.Id);
            }
        }
        finally
        {
            // Also what was done before an error, or before the client went away, is told.
            await audit.RetriedManyAsync(http, count, model, code);
        }
        return TypedResults.Ok(new ChangedCount { Count = count, More = more });
    }

    public static async Task<Ok<ChangedCount>> Purge(
        HttpContext http, string? status, string? model, string? code, string? batchId, string? after, string? before,
        IIdentificationStore store, IdentificationRemoval removal, AuditLog audit, CancellationToken cancellationToken)
    {
        var chosen = ListFilters.Status(status);
        if (chosen is not (IdentificationStatus.Failed or IdentificationStatus.Canceled or IdentificationStatus.Expired))
            throw RequestRefusedException.Malformed("status is required and must be failed, canceled or expired: what succeeded or still waits is removed one by one.");

        var rows = await store.ListAsync(
            new IdentificationFilter
            {
                Status = chosen,
                Model = ListFilters.Model(model),
                Code = ListFilters.Code(code),
                BatchId = ListFilters.BatchId(batchId),
                After = ListFilters.FirstId("after", after),
                Before = ListFilters.FirstId("before", before),
                Limit = MostAtOnce + 1,
            },
            cancellationToken);
        var count = 0;
        try
        {
            foreach (var row in rows.Take(MostAtOnce))
            {
                // One that somebody sends round again meanwhile is no longer among those that were chosen.
                if (await removal.RemoveUnchangedAsync(row, cancellationToken))
                    count++;
            }
        }
        finally
        {
            await audit.PurgedAsync(http, count, status!, model, code);
        }
        return TypedResults.Ok(new ChangedCount { Count = count, More = rows.Count > MostAtOnce });
    }
}
