using Whales.Imaging;

namespace Whales.Hosting.Models;

/// <summary>What a model's <c>model.json</c> says; <see cref="ManifestReader"/> reads and checks it.</summary>
public sealed record ModelManifest
{
    /// <summary>The name of the folder, of its queue and of the model in the API: 1 to 64 characters of a-z, 0-9 and _.</summary>
    public required string Name { get; init; }

    /// <summary>Free text, 1 to 64 characters; travels with every result.</summary>
    public required string Version { get; init; }

    /// <summary><c>fast</c>, <c>balanced</c>, <c>accurate</c> or a word of one's own.</summary>
    public required string Tier { get; init; }

    public required ModelTask Task { get; init; }

    public required ModelInput Input { get; init; }

    public required ModelOutput Output { get; init; }

    public required ModelBatch Batch { get; init; }

    public required ModelThresholds Thresholds { get; init; }

    public ModelMatch Match { get; init; } = new();

    /// <summary>SHA-256 of <c>model.onnx</c>, 64 lower-case hexadecimal digits; checked when the model is loaded.</summary>
    public required string Sha256 { get; init; }

    public required string Licence { get; init; }

    /// <summary>Where the weights come from, for people.</summary>
    public required string Source { get; init; }

    /// <summary>Measured quality as free JSON text; shown, never interpreted.</summary>
    public string? Quality { get; init; }
}

/// <summary>What the network's output means.</summary>
public enum ModelTask
{
    /// <summary>A vector that is compared with the catalogue's.</summary>
    Embedding,

    /// <summary>One logit per line of <c>labels.csv</c>.</summary>
    Classification,
}

/// <summary>The picture that the network wants: RGB, <c>(value / 255 - mean) / std</c>, float32.</summary>
public sealed record ModelInput
{
    /// <summary>Name of the ONNX input.</summary>
    public required string Name { get; init; }

    /// <summary>Pixels, 1 to 4096.</summary>
    public required int Width { get; init; }

    /// <summary>Pixels, 1 to 4096.</summary>
    public required int Height { get; init; }

    public required TensorLayout Layout { get; init; }

    /// <summary>Red, green, blue; on the scale 0 to 1.</summary>
    public required IReadOnlyList<float> Mean { get; init; }

    /// <summary>Red, green, blue; on the scale 0 to 1, above 0.</summary>
    public required IReadOnlyList<float> Std { get; init; }

    public required ResizeMode Resize { get; init; }

    /// <summary>What the decoder has to deliver.</summary>
    public TensorSpec ToTensorSpec() => new(Width, Height, Layout, [.. Mean], [.. Std], Resize);

    /// <summary>Floats of one photo.</summary>
    public int Values => 3 * Width * Height;
}

/// <summary>Names of the network's outputs.</summary>
public sealed record ModelOutput
{
    /// <summary>The embedding [n, dims] or the logits [n, labels], float32.</summary>
    public required string Name { get; init; }

    /// <summary>Of a gate, if the network has one: the probability, 0 to 1, that a whale or dolphin is on the photo; float32 [n] or [n, 1].</summary>
    public string? Cetacean { get; init; }
}

/// <summary>How photos are put together for one run.</summary>
public sealed record ModelBatch
{
    /// <summary>The most photos in one run, 1 to 256; the host measures which size up to this one is best.</summary>
    public required int Max { get; init; }

    /// <summary>How long a photo may wait for company while a session is idle, 0 to 10000 ms; 0 never waits.</summary>
    public required int MaxDelayMs { get; init; }
}

/// <summary>How an embedding is compared with the catalogue.</summary>
public sealed record ModelMatch
{
    /// <summary>
    /// How much of an individual's score is the cosine to its prototype, the mean direction of its photos; the rest is the cosine to its closest photo.
    /// 0 to 1, default 0. For embeddings only.
    /// </summary>
    public float PrototypeShare { get; init; }
}

/// <summary>Where decisions and alerts change.</summary>
public sealed record ModelThresholds
{
    /// <summary>The best score from which the animal counts as identified: cosine -1 to 1, or a probability 0 to 1.</summary>
    public required float Match { get; init; }

    /// <summary>The gate's score below which the answer is <c>not_a_cetacean</c>, 0 to 1; present exactly when <see cref="ModelOutput.Cetacean"/> is.</summary>
    public float? Cetacean { get; init; }

    /// <summary>Seconds from acceptance to result from which operators are warned.</summary>
    public required double WarningSeconds { get; init; }

    /// <summary>Seconds from acceptance to result from which it is critical; at least <see cref="WarningSeconds"/>.</summary>
    public required double CriticalSeconds { get; init; }

    /// <summary>Mean seconds of one run of the network from which operators are warned. Default 5.</summary>
    public double InferenceWarningSeconds { get; init; } = 5;

    /// <summary>Mean seconds of one run of the network from which it is critical; at least <see cref="InferenceWarningSeconds"/>. Default 10.</summary>
    public double InferenceCriticalSeconds { get; init; } = 10;
}
