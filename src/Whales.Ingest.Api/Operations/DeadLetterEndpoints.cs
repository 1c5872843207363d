using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Net.Http.Headers;
using Whales.Contracts;
using Whales.Ingest.Api.Errors;
using Whales.Ingest.Api.Identifications;
using Whales.Ingest.Api.Storage;

namespace Whales.Ingest.Api.Operations;

/// <summary>/v1/dead-letters: messages that nobody could read. What belongs to a photo is in the list of failed identifications instead.</summary>
internal static class DeadLetterEndpoints
{
    public const string Path = "/v1/dead-letters";

    public static async Task<Ok<Page<DeadLetter>>> List(
        HttpContext http, string? model, string? limit, string? cursor, DeadLetterStore store, CancellationToken cancellationToken)
    {
        var size = ReadEndpoints.ReadLimit(limit, ReadEndpoints.DefaultLimit, ReadEndpoints.MaxLimit);
        var letters = await store.ListAsync(ListFilters.Model(model), ListFilters.Cursor(cursor), size + 1, cancellationToken);
        http.Response.Headers.CacheControl = "no-store";
        return TypedResults.Ok(new Page<DeadLetter>
        {
            Items = [.. letters.Take(size).Select(stored => stored.Letter)],
            NextCursor = letters.Count > size ? ListCursor.Write(letters[size - 1].Letter.Id) : null,
        });
    }

    public static async Task<Ok<DeadLetter>> Get(HttpContext http, string id, DeadLetterStore store, CancellationToken cancellationToken)
    {
        http.Response.Headers.CacheControl = "no-store";
        return TypedResults.Ok((await RequireAsync(store, id, cancellationToken)).Letter);
    }

    public static async Task<FileContentHttpResult> Body(HttpContext http, string id, DeadLetterStore store, CancellationToken cancellationToken)
    {
        var stored = await RequireAsync(store, id, cancellationToken);
        // Strangers' bytes: saved, never shown.
        http.Response.Headers.XContentTypeOptions = "nosniff";
        http.Response.Headers.CacheControl = "no-store";
        http.Response.Headers.ContentDisposition = new ContentDispositionHeaderValue("attachment") { FileName = $"{stored.Letter.Id}.bin" }.ToString();
        return TypedResults.Bytes(stored.Body, "application/octet-stream");
    }

    public static async Task<NoContent> Replay(
        HttpContext http, string id, DeadLetterStore store, IDeadLetterSender sender, AuditLog audit, CancellationToken cancellationToken)
    {
        var stored = await RequireAsync(store, id, cancellationToken);
        if (stored.Letter.Truncated)
            throw RequestRefusedException.InvalidState($"Of its {stored.Letter.Bytes:N0} bytes only {stored.Body.Length:N0} were kept: it cannot be replayed.");
        try
        {
            await sender.SendAsync(stored.Letter, stored.Body, cancellationToken);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            throw RequestRefusedException.Unavailable("The broker did not take the message; it is still here. Try again shortly.", exception);
        }
        // In this order: a message twice is harmless, one that is lost is not.
        await store.DeleteAsync(stored.Letter.Id, CancellationToken.None);
        await audit.DeadLetterAsync(http, "replayed", stored.Letter);
        return TypedResults.NoContent();
    }

    public static async Task<NoContent> Discard(
        HttpContext http, string id, DeadLetterStore store, AuditLog audit, CancellationToken cancellationToken)
    {
        var stored = await RequireAsync(store, id, cancellationToken);
        if (!await store.DeleteAsync(stored.Letter.Id, cancellationToken))
            throw Missing();
        await audit.DeadLetterAsync(http, "discarded", stored.Letter);
        return TypedResults.NoContent();
    }

    public static async Task<Ok<ChangedCount>> DiscardMany(
        HttpContext http, string? model, DeadLetterStore store, AuditLog audit, CancellationToken cancellationToken)
    {
        var letters = await store.ListAsync(ListFilters.Model(model), null, BulkEndpoints.MostAtOnce + 1, cancellationToken);
        var count = 0;
        foreach (var stored in letters.Take(BulkEndpoints.MostAtOnce))
        {
            if (!await store.DeleteAsync(stored.Letter.Id, cancellationToken))
                continue;
            count++;
            await audit.DeadLetterAsync(http, "discarded", stored.Letter);
        }
        return TypedResults.Ok(new ChangedCount { Count = count, More = letters.Count > BulkEndpoints.MostAtOnce });
    }

    private static async Task<StoredDeadLetter> RequireAsync(DeadLetterStore store, string id, CancellationToken cancellationToken) =>
        Guid.TryParseExact(id, "D", out var parsed) && await store.FindAsync(parsed, cancellationToken) is { } stored ? stored : throw Missing();

    private static RequestRefusedException Missing() => RequestRefusedException.NotFound("There is no dead letter with this id.");
}
