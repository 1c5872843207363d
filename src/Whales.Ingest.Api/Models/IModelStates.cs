using Whales.Contracts;

namespace Whales.Ingest.Api.Models;

/// <summary>What the workers say about their models, as far as it is not stale.</summary>
public interface IModelStates
{
    /// <summary>All workers' word on one model put together; null while none has spoken.</summary>
    ModelStatus? Find(string model);
}

/// <summary>One model over all workers.</summary>
public sealed record ModelStatus
{
    /// <summary>ready when at least one worker is.</summary>
    public required ModelState State { get; init; }

    /// <summary>Workers that are ready.</summary>
    public required int Workers { get; init; }

    /// <summary>What the ready workers run; the model folder's version while there are none.</summary>
    public string? Version { get; init; }

    /// <summary>cuda or cpu; null while no worker is ready.</summary>
    public string? ExecutionProvider { get; init; }

    /// <summary>Of one worker, measured at its warm-up; null while none is ready.</summary>
    public double? SecondsPerPhoto { get; init; }

    public string? CatalogueVersion { get; init; }

    /// <summary>Why the model failed, when no worker is ready.</summary>
    public string? Reason { get; init; }
}
