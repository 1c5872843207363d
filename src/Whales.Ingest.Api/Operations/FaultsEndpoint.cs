using Microsoft.AspNetCore.Http.HttpResults;
using Whales.Contracts;
using Whales.Ingest.Api.Identifications;
using Whales.Ingest.Api.Security;
using Whales.Ingest.Api.Storage;

namespace Whales.Ingest.Api.Operations;

/// <summary>GET /v1/identifications/{id}/faults: what went wrong, also with attempts whose error a retry has cleared.</summary>
internal static class FaultsEndpoint
{
    public static async Task<Ok<Page<AttemptFault>>> List(
        HttpContext http, string id, IIdentificationStore store, FaultStore faults, CancellationToken cancellationToken)
    {
        var parsedId = IdentificationEndpoints.ParseId(id);
        var row = await store.RequireAsync(parsedId, http.Caller(), cancellationToken);
        http.Response.Headers.CacheControl = "no-store";
        return TypedResults.Ok(new Page<AttemptFault> { Items = await faults.ListAsync(row.Id, cancellationToken) });
    }
}
