namespace Whales.Testing.Models;

/// <summary>
/// A tiny network that names the colour of a photo: it averages the picture, and the colour's direction is the embedding. A red photo is
/// the individual <c>red</c>, and so on (<see cref="TestModels.Individuals"/>); black, white and grey are nobody. What is set here makes
/// other kinds of models, and broken ones.
/// </summary>
public sealed record TestModel
{
    /// <summary>The folder's and the model's name.</summary>
    public string Name { get; init; } = "colours";

    public string Version { get; init; } = "1";

    public string Tier { get; init; } = "fast";

    /// <summary>Pixels.</summary>
    public int Width { get; init; } = 16;

    /// <summary>Pixels.</summary>
    public int Height { get; init; } = 16;

    /// <summary><c>nchw</c> or <c>nhwc</c>.</summary>
    public string Layout { get; init; } = "nchw";

    /// <summary><c>squash</c>, <c>fit</c> or <c>cover</c>.</summary>
    public string Resize { get; init; } = "squash";

    /// <summary>
    /// The embedding is the colour of each quarter of the picture, and the catalogue also has <see cref="TestModels.Scenes"/>: which of
    /// them a picture is depends on which way up it is. Layout nchw, no classifier.
    /// </summary>
    public bool SeesPositions { get; init; }

    /// <summary>A classifier head with labels.csv in place of a catalogue.</summary>
    public bool IsClassifier { get; init; }

    /// <summary>A gate that takes anything but a white picture for a whale; its threshold is 0.5.</summary>
    public bool HasCetaceanGate { get; init; }

    public int BatchMax { get; init; } = 8;

    public int MaxDelayMs { get; init; }

    /// <summary>The match threshold; a colour scores about 1, another colour 0.4 at most.</summary>
    public double Match { get; init; } = 0.9;

    /// <summary>The result of a black picture is no number.</summary>
    public bool IsNanForBlack { get; init; }

    /// <summary>A white picture makes the whole run fail.</summary>
    public bool FailsForWhite { get; init; }

    /// <summary>A white picture asks for more memory than any machine has: the run fails, saying so.</summary>
    public bool HasNoMemoryForWhite { get; init; }

    /// <summary>A white picture ends the whole process: the network divides the lowest whole number by -1, which the processor does not survive.</summary>
    public bool EndsProcessForWhite { get; init; }

    /// <summary>Makes a photo slower: so many products with a matrix of 1024 x 1024, each about a tenth of a millisecond or two.</summary>
    public int ExtraWork { get; init; }

    /// <summary>Broken: the network takes exactly so many photos.</summary>
    public int? FixedBatch { get; init; }

    /// <summary>The network's own name of its input; the manifest says <c>image</c>.</summary>
    public string InputName { get; init; } = "image";

    /// <summary>The network's own name of its output; the manifest says <c>embedding</c>.</summary>
    public string OutputName { get; init; } = "embedding";

    /// <summary>Broken: the output is int64.</summary>
    public bool HasIntegerOutput { get; init; }

    /// <summary>Broken when it differs from <see cref="Width"/>: the network's own width.</summary>
    public int? NetworkWidth { get; init; }

    public NetworkFlaw Flaw { get; init; }
}

/// <summary>What is wrong with a network that opens and has the names and types that its manifest says.</summary>
public enum NetworkFlaw
{
    None,

    /// <summary>It wants a mask beside the photo.</summary>
    SecondInput,

    /// <summary>One number a photo, [n].</summary>
    FlatOutput,

    /// <summary>The result of every picture is no number.</summary>
    NoNumbers,

    /// <summary>Every run fails.</summary>
    FailsAlways,

    /// <summary>The gate is [n, 3].</summary>
    GateForEachChannel,

    /// <summary>The gate gives 2 for every picture.</summary>
    GateAboveOne,
}
