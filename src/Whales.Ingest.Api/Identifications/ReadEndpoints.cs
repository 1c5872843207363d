using System.Globalization;
using Microsoft.AspNetCore.Http.HttpResults;
using Whales.Contracts;
using Whales.Ingest.Api.Errors;
using Whales.Ingest.Api.Security;
using Whales.Ingest.Api.Storage;
using Whales.Ingest.Api.Telemetry;
using Whales.Ingest.Api.Waiting;

namespace Whales.Ingest.Api.Identifications;

/// <summary>GET one and GET list.</summary>
internal static class ReadEndpoints
{
    public const int DefaultLimit = 50;
    public const int MaxLimit = 200;

    public static async Task<Results<Ok<Identification>, StatusCodeHttpResult>> Get(
        HttpContext http, string id, string? wait, IIdentificationStore store, IdentificationWaiters waiters, WaitingLines lines,
        CancellationToken cancellationToken)
    {
        var parsedId = IdentificationEndpoints.ParseId(id);
        var atMost = ReadWait(http, wait);
        if (atMost > TimeSpan.Zero)
            WaitsFor.Result(http);
        var caller = http.Caller();
        var conditional = http.Request.Headers.IfNoneMatch.Count > 0;
        // Someone who has a version already waits for another one, not for the one at hand; and a row of others is missing at once.
        bool IsNews(IdentificationRow row) => !caller.MaySee(row.Owner) || (conditional ? !EntityTags.IsKnown(http.Request, EntityTags.Of(row)) : row.IsFinal());

        var row = atMost > TimeSpan.Zero
            ? await waiters.WaitAsync(parsedId, IsNews, atMost, cancellationToken)
            : await store.FindAsync(parsedId, cancellationToken);
        if (row is null || !caller.MaySee(row.Owner))
            throw IdentificationEndpoints.Missing(parsedId);

        var tag = EntityTags.Of(row);
        EntityTags.Set(http.Response, tag);
        if (!row.IsFinal())
            http.Response.Headers.RetryAfter = SubmitEndpoint.RetryAfterSeconds;
        return EntityTags.IsKnown(http.Request, tag)
            ? TypedResults.StatusCode(StatusCodes.Status304NotModified)
            : TypedResults.Ok(row.ToIdentification(await lines.OfAsync(row, cancellationToken)));
    }

    public static async Task<Ok<Page<Identification>>> List(
        HttpContext http, string? status, string? model, string? batchId, string? code, string? after, string? before, string? limit, string? cursor,
        IIdentificationStore store, CancellationToken cancellationToken)
    {
        var size = ReadLimit(limit, DefaultLimit, MaxLimit);
        var filter = new IdentificationFilter
        {
            Owner = http.Caller().OnlyOwner,
            Status = ListFilters.Status(status),
            Model = ListFilters.Model(model),
            BatchId = ListFilters.BatchId(batchId),
            Code = ListFilters.Code(code),
            After = ListFilters.FirstId("after", after),
            Before = Earlier(ListFilters.Cursor(cursor), ListFilters.FirstId("before", before)),
            // One more than is shown tells whether there is a next part.
            Limit = size + 1,
        };
        var rows = await store.ListAsync(filter, cancellationToken);
        http.Response.Headers.CacheControl = "no-store";
        return TypedResults.Ok(new Page<Identification>
        {
            Items = [.. rows.Take(size).Select(row => row.ToIdentification())],
            NextCursor = rows.Count > size ? ListCursor.Write(rows[size - 1].Id) : null,
        });
    }

    public static TimeSpan ReadWait(HttpContext http, string? wait)
    {
        if (wait is null)
        {
            if (Preferences.Wait(http.Request.Headers["Prefer"]) is not { } preferred)
                return TimeSpan.Zero;
            Preferences.Applied(http.Response, preferred);
            return preferred;
        }
        var most = IdentificationWaiters.Longest.TotalSeconds;
        return double.TryParse(wait, NumberStyles.Float, CultureInfo.InvariantCulture, out var seconds) && seconds >= 0 && seconds <= most
            ? TimeSpan.FromSeconds(seconds)
            : throw RequestRefusedException.Malformed($"wait must be a number of seconds from 0 to {most:0}.");
    }

    private static Guid? Earlier(Guid? cursor, Guid? before) => cursor < before || before is null ? cursor : before;

    public static int ReadLimit(string? limit, int byDefault, int most)
    {
        if (limit is null)
            return byDefault;
        return int.TryParse(limit, NumberStyles.None, CultureInfo.InvariantCulture, out var size) && size >= 1 && size <= most
            ? size
            : throw RequestRefusedException.Malformed($"limit must be a whole number from 1 to {most}.");
    }
}
