using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.Options;
using Whales.Ingest.Api.Security;
using Whales.Ingest.Api.Storage;

namespace Whales.Ingest.Api.Batches;

/// <summary>
/// GET /v1/batches/{id}/events. Each event is the whole progress, and its id is how many changes it has seen, counted from the rows. So a
/// client that comes back with Last-Event-ID, to whichever replica and after whatever restart, gets what it missed in one event, and no
/// event twice.
/// </summary>
internal static class BatchEventsEndpoint
{
    public static async Task<IResult> Get(
        HttpContext http, string id, BatchStore store, BatchProgressFeed feed, IOptions<BatchOptions> options, IOptions<JsonOptions> json,
        IHostApplicationLifetime lifetime, CancellationToken cancellationToken)
    {
        var parsedId = BatchEndpoints.ParseId(id);
        var row = await store.RequireAsync(parsedId, http.Caller(), cancellationToken);
        var progress = await store.FindProgressAsync(parsedId, cancellationToken) ?? throw BatchEndpoints.Missing(parsedId);
        var known = LastEventId(http.Request);
        // The answer that makes a browser's EventSource stop asking.
        if (progress.IsFinished && known == progress.Changes)
            return TypedResults.NoContent();

        http.Response.ContentType = "text/event-stream";
        http.Response.Headers.CacheControl = "no-store";
        http.Response.Headers["X-Accel-Buffering"] = "no";
        http.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        await http.Response.WriteAsync("retry: 2000\n\n", cancellationToken);
        if (known != progress.Changes)
            await WriteAsync(http, row, progress, json.Value.SerializerOptions, cancellationToken);
        await http.Response.Body.FlushAsync(cancellationToken);

        using var listener = feed.Listen(parsedId);
        while (!progress.IsFinished && !lifetime.ApplicationStopping.IsCancellationRequested)
        {
            var (found, next) = await listener.NextAsync(progress.Changes, options.Value.Heartbeat, cancellationToken);
            if (!found)
                break;
            if (next is not null)
                await WriteAsync(http, row, progress = next, json.Value.SerializerOptions, cancellationToken);
            else
                await http.Response.WriteAsync(": still here\n\n", cancellationToken);
            await http.Response.Body.FlushAsync(cancellationToken);
        }

        return TypedResults.Empty;
    }

    private static long? LastEventId(HttpRequest request) =>
        long.TryParse(request.Headers["Last-Event-ID"], NumberStyles.None, CultureInfo.InvariantCulture, out var changes) ? changes : null;

    private static Task WriteAsync(HttpContext http, BatchRow row, BatchProgress progress, JsonSerializerOptions json, CancellationToken cancellationToken)
    {
        var data = JsonSerializer.Serialize((row with { Rejected = null }).ToBatch(progress), json);
        return http.Response.WriteAsync(
            string.Create(CultureInfo.InvariantCulture, $"event: progress\nid: {progress.Changes}\ndata: {data}\n\n"), cancellationToken);
    }
}
