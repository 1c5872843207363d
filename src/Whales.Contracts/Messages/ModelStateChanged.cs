namespace Whales.Contracts;

/// <summary>Event: the state of one model on one worker; repeated every 10 s, stale after 30 s.</summary>
public sealed record ModelStateChanged
{
    public required string Model { get; init; }

    public required string ModelVersion { get; init; }

    public required ModelState State { get; init; }

    /// <summary>cuda or cpu; empty while it is not known.</summary>
    public required string ExecutionProvider { get; init; }

    /// <summary>Why the model failed.</summary>
    public string? Reason { get; init; }

    public required string Worker { get; init; }

    /// <summary>fast, balanced, accurate, or what the model's folder says.</summary>
    public string? Tier { get; init; }

    public string? CatalogueVersion { get; init; }

    /// <summary>Seconds of this worker's time for one photo, measured at warm-up; all of its sessions working.</summary>
    public double? SecondsPerPhoto { get; init; }
}
