namespace Whales.Contracts;

/// <summary>A model that photos can be sent to.</summary>
public sealed record ModelInfo
{
    public required string Name { get; init; }

    public required string Version { get; init; }

    public required string Tier { get; init; }

    /// <summary>ready when a worker serves it; else loading, failed or unloaded.</summary>
    public required ModelState State { get; init; }

    /// <summary>Workers that serve it now.</summary>
    public required int Workers { get; init; }

    /// <summary>cuda or cpu; absent while no worker serves it.</summary>
    public string? ExecutionProvider { get; init; }

    public required WaitingPhotos Waiting { get; init; }

    /// <summary>Age of the oldest waiting photo; absent when none waits.</summary>
    public double? OldestWaitingSeconds { get; init; }

    /// <summary>Of one worker: as measured while photos queued up, else (the network alone) at its warm-up; absent while no worker serves the model.</summary>
    public double? SecondsPerPhoto { get; init; }

    public string? CatalogueVersion { get; init; }

    /// <summary>Why the model failed to load.</summary>
    public string? Reason { get; init; }

    /// <summary>True for the model that a request without <c>model</c> gets.</summary>
    public bool IsDefault { get; init; }
}

/// <summary>Photos accepted and not yet finished.</summary>
public sealed record WaitingPhotos
{
    public required int Interactive { get; init; }

    public required int Bulk { get; init; }
}
