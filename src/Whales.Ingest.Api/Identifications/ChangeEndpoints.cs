using Microsoft.AspNetCore.Http.HttpResults;
using Whales.Contracts;
using Whales.Ingest.Api.Errors;
using Whales.Ingest.Api.Security;
using Whales.Ingest.Api.Storage;
using Whales.Ingest.Api.Waiting;

namespace Whales.Ingest.Api.Identifications;

/// <summary>DELETE, cancel and retry of one identification.</summary>
internal static class ChangeEndpoints
{
    public static async Task<NoContent> Delete(
        HttpContext http, string id, IIdentificationStore store, IdentificationRemoval removal, AuditLog audit, CancellationToken cancellationToken)
    {
        var parsedId = IdentificationEndpoints.ParseId(id);
        await store.RequireAsync(parsedId, http.Caller(), cancellationToken);
        if (!await removal.RemoveAsync(parsedId, cancellationToken))
            throw IdentificationEndpoints.Missing(parsedId);
        await audit.DeletedAsync(http, parsedId);
        return TypedResults.NoContent();
    }

    public static async Task<Ok<Identification>> Cancel(
        HttpContext http, string id, IIdentificationStore store, IdentificationWaiters waiters, CancelNotice notice, AuditLog audit,
        TimeProvider clock, CancellationToken cancellationToken)
    {
        var parsedId = IdentificationEndpoints.ParseId(id);
        var row = await store.RequireAsync(parsedId, http.Caller(), cancellationToken);
        if (!row.IsFinal())
        {
            var attempt = new AttemptId(row.Id, row.Attempt);
            var changed = await store.CompleteAsync(
                [new Completion { Attempt = attempt, Status = IdentificationStatus.Canceled, CompletedAt = clock.GetUtcNow() }], cancellationToken);
            if (changed[0])
            {
                await audit.CanceledAsync(http, row.Id);
                waiters.Completed(row.Id);
                await notice.SendAsync(attempt);
            }
            row = await store.FindAsync(parsedId, cancellationToken) ?? throw IdentificationEndpoints.Missing(parsedId);
        }
        EntityTags.Set(http.Response, EntityTags.Of(row));
        return TypedResults.Ok(row.ToIdentification());
    }

    public static async Task<Accepted<Identification>> Retry(
        HttpContext http, string id, IIdentificationStore store, IIdentificationQueue queue, IdentificationWaiters waiters, WaitingLines lines, AuditLog audit,
        TimeProvider clock, CancellationToken cancellationToken)
    {
        var parsedId = IdentificationEndpoints.ParseId(id);
        await store.RequireAsync(parsedId, http.Caller(), cancellationToken);
        var (row, changed) = await store.RetryAsync(parsedId, clock.GetUtcNow(), cancellationToken) ?? throw IdentificationEndpoints.Missing(parsedId);
        if (!changed)
        {
            throw RequestRefusedException.InvalidState(
                row.Status is IdentificationStatus.Queued or IdentificationStatus.Succeeded
                    ? $"The identification is {StatusNames.Of(row.Status)}. Only a failed, canceled or expired one can be sent round again."
                    : "The photo of the identification is no longer kept. Send it again.");
        }
        queue.Wake();
        waiters.Completed(row.Id);
        await audit.RetriedAsync(http, row.Id, row.Attempt);
        EntityTags.Set(http.Response, EntityTags.Of(row));
        http.Response.Headers.RetryAfter = SubmitEndpoint.RetryAfterSeconds;
        return TypedResults.Accepted(IdentificationMapping.Location(row.Id), row.ToIdentification(await lines.OfAsync(row, cancellationToken)));
    }
}
