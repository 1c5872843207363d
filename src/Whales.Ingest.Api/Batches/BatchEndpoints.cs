using Whales.Hosting.Security;
using Whales.Ingest.Api.Batches.Export;
using Whales.Ingest.Api.Documentation;
using Whales.Ingest.Api.Errors;
using Whales.Ingest.Api.Security;
using Whales.Ingest.Api.Storage;
using Whales.Ingest.Api.Telemetry;

namespace Whales.Ingest.Api.Batches;

/// <summary>/v1/batches: every route, its name and its words; the handlers are in the files beside this one.</summary>
public static class BatchEndpoints
{
    internal const string Path = "/v1/batches";

    public static RouteGroupBuilder MapBatches(this IEndpointRouteBuilder routes)
    {
        // Made here, before the host starts: its series are there before the first batch.
        _ = routes.ServiceProvider.GetRequiredService<BatchMetrics>();
        var group = routes.MapGroup(Path).WithTags("Batches").AddEndpointFilter<RefusalFilter>();

        group.MapPost("", BatchSubmitEndpoint.Submit)
            .WithName("SubmitBatch")
            .RequiresScope(Scope.Submit)
            .WithMetadata(CountsRefusals.Instance)
            .WithSummary("Send many photos")
            .WithDescription("A ZIP as the body, or multipart/form-data with fields named files: photos, ZIPs or both. Answered with 202 once all photos and jobs are on the disk. Files that are no photos are refused alone, each with its reason; an archive that is damaged, lies or is dangerous is refused whole, and nothing of it is kept. A broken connection is no reason to send everything again: list with idempotencyKey first.")
            .Describe(DescribeBatches.Submit);
        group.MapGet("", BatchReadEndpoints.List)
            .WithName("ListBatches")
            .RequiresScope(Scope.Submit | Scope.Operate)
            .WithSummary("List batches, newest first")
            .WithDescription("Give nextCursor back as cursor for the next part.")
            .Describe(DescribeBatches.List);
        group.MapGet("{id}", BatchReadEndpoints.Get)
            .WithName("GetBatch")
            .RequiresScope(Scope.Submit | Scope.Operate)
            .WithSummary("Read how far a batch is")
            .WithDescription("With wait, the answer comes as soon as the batch is finished (with If-None-Match: as soon as it differs), at the latest when the time is up. The photos one by one: /v1/identifications?batchId=.")
            .Describe(DescribeBatches.Get);
        group.MapGet("{id}/events", BatchEventsEndpoint.Get)
            .WithName("GetBatchEvents")
            .RequiresScope(Scope.Submit | Scope.Operate)
            .WithSummary("Follow a batch as server-sent events")
            .WithDescription("Events named progress; each holds the whole progress. The stream ends when the batch is finished. With Last-Event-ID it goes on after that event, at any replica and after any restart.")
            .Describe(DescribeBatches.Events);
        group.MapGet("{id}/results", ResultsEndpoint.Get)
            .WithName("GetBatchResults")
            .RequiresScope(Scope.Submit | Scope.Operate)
            .CountsAgainstLimit()
            .WithSummary("Export the results of a batch")
            .WithDescription("Every file that was sent, in that order, photos first and then refused files; also before the batch is finished, as it stands then. CSV opens in a spreadsheet; NDJSON has one photo a line.")
            .Describe(DescribeBatches.Results);
        group.MapPost("{id}/cancel", BatchChangeEndpoints.Cancel)
            .WithName("CancelBatch")
            .RequiresScope(Scope.Submit | Scope.Operate)
            .WithSummary("Cancel the waiting photos of a batch")
            .WithDescription("Answers how the batch is now; photos that have ended keep their results.")
            .Describe(DescribeBatches.Cancel);
        group.MapDelete("{id}", BatchChangeEndpoints.Delete)
            .WithName("DeleteBatch")
            .RequiresScope(Scope.Submit | Scope.Operate)
            .WithSummary("Remove a batch, its photos and their results")
            .Describe(DescribeBatches.Delete);
        return group;
    }

    /// <summary>The id of a path. A text that is no id names nothing.</summary>
    internal static Guid ParseId(string id) => Guid.TryParseExact(id, "D", out var parsed)
        ? parsed
        : throw RequestRefusedException.NotFound("There is no batch with this id; an id looks like 01936b7e-5f2c-7d3a-9c41-2f6f0a9d8e11.");

    /// <summary>The batch, where there is one and the caller may see it.</summary>
    internal static async Task<BatchRow> RequireAsync(this BatchStore store, Guid id, Caller caller, CancellationToken cancellationToken) =>
        await store.FindAsync(id, cancellationToken) is { } row && caller.MaySee(row.Owner) ? row : throw Missing(id);

    internal static RequestRefusedException Missing(Guid id) => RequestRefusedException.NotFound($"There is no batch {id}.");
}
