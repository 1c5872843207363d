using Microsoft.AspNetCore.Http.HttpResults;
using Whales.Contracts;
using Whales.Ingest.Api.Errors;
using Whales.Ingest.Api.Identifications;
using Whales.Ingest.Api.Storage;

namespace Whales.Ingest.Api.Operations;

/// <summary>GET /v1/audit.</summary>
internal static class AuditEndpoint
{
    public static async Task<Ok<Page<AuditEntry>>> List(
        HttpContext http, string? identificationId, string? limit, string? cursor, AuditStore store, CancellationToken cancellationToken)
    {
        var size = ReadEndpoints.ReadLimit(limit, ReadEndpoints.DefaultLimit, ReadEndpoints.MaxLimit);
        var entries = await store.ListAsync(
            new AuditFilter { IdentificationId = ReadId(identificationId), Before = ListFilters.Cursor(cursor), Limit = size + 1 }, cancellationToken);
        http.Response.Headers.CacheControl = "no-store";
        return TypedResults.Ok(new Page<AuditEntry>
        {
            Items = [.. entries.Take(size)],
            NextCursor = entries.Count > size ? ListCursor.Write(entries[size - 1].Id) : null,
        });
    }

    private static Guid? ReadId(string? text)
    {
        if (text is null)
            return null;
        return Guid.TryParseExact(text, "D", out var id)
            ? id
            : throw RequestRefusedException.Malformed("identificationId must be an id such as 01936b7e-5f2c-7d3a-9c41-2f6f0a9d8e11.");
    }
}
