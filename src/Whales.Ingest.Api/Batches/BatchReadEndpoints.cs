using Microsoft.AspNetCore.Http.HttpResults;
using Whales.Contracts;
using Whales.Ingest.Api.Identifications;
using Whales.Ingest.Api.Security;
using Whales.Ingest.Api.Storage;
using Whales.Ingest.Api.Telemetry;

namespace Whales.Ingest.Api.Batches;

/// <summary>GET one batch and GET the list.</summary>
internal static class BatchReadEndpoints
{
    public const int DefaultLimit = 20;
    public const int MaxLimit = 50;

    public static async Task<Results<Ok<Batch>, StatusCodeHttpResult>> Get(
        HttpContext http, string id, string? wait, BatchStore store, BatchProgressFeed feed, CancellationToken cancellationToken)
    {
        var parsedId = BatchEndpoints.ParseId(id);
        var atMost = ReadEndpoints.ReadWait(http, wait);
        var row = await store.RequireAsync(parsedId, http.Caller(), cancellationToken);
        if (atMost > TimeSpan.Zero)
            WaitsFor.Result(http);
        var conditional = http.Request.Headers.IfNoneMatch.Count > 0;
        // Someone who has a version already waits for another one, not for the one at hand.
        var progress = await feed.WaitAsync(
            parsedId, found => conditional ? !EntityTags.IsKnown(http.Request, found.Tag()) : found.IsFinished, atMost, cancellationToken)
            ?? throw BatchEndpoints.Missing(parsedId);

        EntityTags.Set(http.Response, progress.Tag());
        if (!progress.IsFinished)
            http.Response.Headers.RetryAfter = SubmitEndpoint.RetryAfterSeconds;
        if (EntityTags.IsKnown(http.Request, progress.Tag()))
            return TypedResults.StatusCode(StatusCodes.Status304NotModified);
        return TypedResults.Ok(row.ToBatch(progress));
    }

    public static async Task<Ok<Page<Batch>>> List(
        HttpContext http, string? idempotencyKey, string? limit, string? cursor, BatchStore store, CancellationToken cancellationToken)
    {
        var size = ReadEndpoints.ReadLimit(limit, DefaultLimit, MaxLimit);
        // One more than is shown tells whether there is a next part.
        var rows = idempotencyKey is null
            ? await store.ListAsync(http.Caller().OnlyOwner, ListFilters.Cursor(cursor), size + 1, cancellationToken)
            : await store.FindByKeyAsync(http.Caller().Name, idempotencyKey, cancellationToken) is { } found ? [found] : [];
        List<BatchRow> shown = [.. rows.Take(size)];
        var progress = await store.ProgressOfAsync(shown, cancellationToken);
        http.Response.Headers.CacheControl = "no-store";
        return TypedResults.Ok(new Page<Batch>
        {
            Items = [.. shown.Zip(progress, BatchMapping.ToBatch)],
            NextCursor = rows.Count > size ? ListCursor.Write(shown[^1].Id) : null,
        });
    }
}
