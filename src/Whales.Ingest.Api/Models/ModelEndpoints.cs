using Microsoft.AspNetCore.Http.HttpResults;
using Whales.Contracts;
using Whales.Hosting.Security;
using Whales.Ingest.Api.Documentation;
using Whales.Ingest.Api.Errors;
using Whales.Ingest.Api.Storage;
using Whales.Ingest.Api.Waiting;

namespace Whales.Ingest.Api.Models;

/// <summary>GET /v1/models, also /models.</summary>
public static class ModelEndpoints
{
    public static RouteGroupBuilder MapModels(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("").WithTags("Models").AddEndpointFilter<RefusalFilter>();
        group.MapGet("/v1/models", GetModels)
            .WithName("GetModels")
            .RequiresAnyKey()
            .WithSummary("Which models there are")
            .WithDescription("The state of each model over all workers, how many photos wait for it, and how fast it is.")
            .Describe(Describe.Models);
        group.MapGet("/models", GetModels).RequiresAnyKey().ExcludeFromDescription();
        return group;
    }

    internal static async Task<Ok<IReadOnlyList<ModelInfo>>> GetModels(
        HttpContext http, KnownModels models, IModelStates states, IIdentificationStore store, WaitingLines lines, TimeProvider clock, CancellationToken cancellationToken)
    {
        var waiting = await store.CountWaitingAsync(cancellationToken);
        var now = clock.GetUtcNow();
        http.Response.Headers.CacheControl = "no-store";
        return TypedResults.Ok<IReadOnlyList<ModelInfo>>(
            [.. models.All.Select(m => ToInfo(m, models.Default == m, states.Find(m.Name), [.. waiting.Where(w => w.Model == m.Name)], lines.SecondsPerPhoto(m.Name), now))]);
    }

    private static ModelInfo ToInfo(KnownModel model, bool isDefault, ModelStatus? status, WaitingCount[] waiting, double? measured, DateTimeOffset now) => new()
    {
        Name = model.Name,
        Version = status?.Version ?? model.Version,
        Tier = model.Tier,
        State = status?.State ?? ModelState.Unloaded,
        Workers = status?.Workers ?? 0,
        ExecutionProvider = status?.ExecutionProvider,
        Waiting = new WaitingPhotos
        {
            Interactive = waiting.Where(w => w.Lane == Lane.Interactive).Sum(w => w.Count),
            Bulk = waiting.Where(w => w.Lane == Lane.Bulk).Sum(w => w.Count),
        },
        OldestWaitingSeconds = waiting.Length == 0 ? null : Math.Max(0, (now - waiting.Min(w => w.OldestQueuedAt)).TotalSeconds),
        SecondsPerPhoto = measured ?? status?.SecondsPerPhoto,
        CatalogueVersion = status?.CatalogueVersion,
        Reason = status?.Reason,
        IsDefault = isDefault,
    };
}
