namespace Whales.Worker.Telemetry;

/// <summary>How a worker's work on one photo ended.</summary>
public enum PhotoOutcome
{
    /// <summary>An answer was published.</summary>
    Succeeded,

    /// <summary>A failure was published.</summary>
    Failed,

    Canceled,

    Expired,

    /// <summary>Set aside after it ended its process again and again.</summary>
    Poisonous,

    /// <summary>Given back unfinished: a shutdown, a transient fault, a model that went away. Somebody else takes it up.</summary>
    Returned,
}

/// <summary>Why something about a photo is tried again.</summary>
public enum RetryReason
{
    /// <summary>Its bytes could not be read.</summary>
    ImageStore,

    /// <summary>Its outcome was not confirmed.</summary>
    Broker,

    /// <summary>It was delivered before, has no outcome, and runs again, alone.</summary>
    Redelivered,
}

/// <summary>Where the seconds of one photo went. A stage that was not reached is null.</summary>
public readonly record struct PhotoTimings
{
    public double? Fetch { get; init; }

    /// <summary>Decode, orient, crop, resize, normalise: from bytes to tensor.</summary>
    public double? Decode { get; init; }

    public double? BatchWait { get; init; }

    /// <summary>The run of its whole batch.</summary>
    public double? Inference { get; init; }

    public double? Match { get; init; }

    /// <summary>From the outcome to the broker's confirmation.</summary>
    public double? Publish { get; init; }
}

/// <summary>What runs, for whales_model_info.</summary>
public sealed record LoadedModel
{
    public required string Version { get; init; }

    /// <summary>Of model.onnx; the first 8 digits are shown.</summary>
    public required string Sha256 { get; init; }

    /// <summary>cuda, tensorrt or cpu.</summary>
    public required string ExecutionProvider { get; init; }

    /// <summary>Such as 224x224.</summary>
    public required string Input { get; init; }

    /// <summary>Such as fp32.</summary>
    public required string Precision { get; init; }

    /// <summary>How long loading and warm-up took.</summary>
    public double LoadSeconds { get; init; }
}
