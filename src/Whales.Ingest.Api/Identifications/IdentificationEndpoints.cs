using Whales.Hosting.Security;
using Whales.Ingest.Api.Documentation;
using Whales.Ingest.Api.Errors;
using Whales.Ingest.Api.Security;
using Whales.Ingest.Api.Storage;
using Whales.Ingest.Api.Telemetry;

namespace Whales.Ingest.Api.Identifications;

/// <summary>/v1/identifications: every route, its name and its words; the handlers are in the files beside this one.</summary>
public static class IdentificationEndpoints
{
    internal const string Path = "/v1/identifications";

    public static RouteGroupBuilder MapIdentifications(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup(Path).WithTags("Identifications").AddEndpointFilter<RefusalFilter>();

        group.MapPost("", SubmitEndpoint.Submit)
            .WithName("SubmitIdentification")
            .RequiresScope(Scope.Submit)
            .WithMetadata(CountsRefusals.Instance)
            .WithSummary("Send a photo")
            .WithDescription("One photo as multipart/form-data, field file, or as the body itself. Answered with 202 once photo and job are on the disk, or with 200 when `Prefer: wait=N` saw the result.")
            .Describe(Describe.Submit);
        group.MapGet("", ReadEndpoints.List)
            .WithName("ListIdentifications")
            .RequiresScope(Scope.Submit | Scope.Operate)
            .WithSummary("List identifications, newest first")
            .WithDescription("`status=failed` is the list of what needs attention. Give nextCursor back as cursor for the next part.")
            .Describe(Describe.List);
        group.MapGet("{id}", ReadEndpoints.Get)
            .WithName("GetIdentification")
            .RequiresScope(Scope.Submit | Scope.Operate)
            .WithSummary("Read an identification")
            .WithDescription("With wait, the answer comes as soon as the identification is final (with If-None-Match: as soon as it differs), at the latest when the time is up.")
            .Describe(Describe.Get);
        group.MapDelete("{id}", ChangeEndpoints.Delete)
            .WithName("DeleteIdentification")
            .RequiresScope(Scope.Submit | Scope.Operate)
            .WithSummary("Remove an identification, its photo and its results")
            .Describe(Describe.Delete);
        group.MapPost("{id}/cancel", ChangeEndpoints.Cancel)
            .WithName("CancelIdentification")
            .RequiresScope(Scope.Submit | Scope.Operate)
            .WithSummary("Cancel a waiting identification")
            .WithDescription("Answers what it is now: canceled, or the final state that it already had.")
            .Describe(Describe.Cancel);
        group.MapPost("{id}/retry", ChangeEndpoints.Retry)
            .WithName("RetryIdentification")
            .RequiresScope(Scope.Submit | Scope.Operate)
            .WithSummary("Send a failed, canceled or expired identification round again")
            .Describe(Describe.Retry);
        group.MapGet("{id}/image", ImageEndpoint.Get)
            .WithName("GetIdentificationImage")
            .RequiresScope(Scope.Submit | Scope.Operate)
            .CountsAgainstLimit()
            .WithSummary("The stored photo, without its GPS position")
            .WithDescription("`position=true` gives the photo as it was sent, with the place where it was taken, to a key with the scope curate.")
            .Describe(Describe.Image);

        group.MapPost("retry", BulkEndpoints.Retry)
            .WithName("RetryFailedIdentifications")
            .RequiresScope(Scope.Operate)
            .WithSummary("Send failed identifications round again")
            .WithDescription($"At most {BulkEndpoints.MostAtOnce} a request, oldest first, at a limited pace (Replay:PhotosPerSecond); repeat while more is true. Those whose photo is no longer kept stay failed.")
            .Describe(Describe.RetryMany);
        group.MapDelete("", BulkEndpoints.Purge)
            .WithName("PurgeIdentifications")
            .RequiresScope(Scope.Operate)
            .WithSummary("Remove failed, canceled or expired identifications")
            .WithDescription($"Rows, photos and results; at most {BulkEndpoints.MostAtOnce} a request, newest first; repeat while more is true.")
            .Describe(Describe.Purge);
        return group;
    }

    /// <summary>The id of a path. A text that is no id names nothing.</summary>
    internal static Guid ParseId(string id) => Guid.TryParseExact(id, "D", out var parsed)
        ? parsed
        : throw RequestRefusedException.NotFound("There is no identification with this id; an id looks like 01936b7e-5f2c-7d3a-9c41-2f6f0a9d8e11.");

    /// <summary>The row, where there is one and the caller may see it.</summary>
    internal static async Task<IdentificationRow> RequireAsync(this IIdentificationStore store, Guid id, Caller caller, CancellationToken cancellationToken) =>
        await store.FindAsync(id, cancellationToken) is { } row && caller.MaySee(row.Owner) ? row : throw Missing(id);

    internal static RequestRefusedException Missing(Guid id) => RequestRefusedException.NotFound($"There is no identification {id}.");
}
