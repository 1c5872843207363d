using System.Diagnostics;
using Whales.Contracts;

namespace Whales.Worker.Models;

/// <summary>A model's answer for one photo.</summary>
internal sealed record Prediction
{
    public required Decision Decision { get; init; }

    /// <summary>Best first, at most five, given for every decision.</summary>
    public required IReadOnlyList<Candidate> Candidates { get; init; }

    /// <summary>0 to 1; null when the model has no gate.</summary>
    public float? CetaceanScore { get; init; }

    /// <summary>The catalogue that the candidates are from.</summary>
    public required string CatalogueVersion { get; init; }

    /// <summary>From handing in to the start of the batch, in milliseconds.</summary>
    public double BatchWaitMs { get; init; }

    /// <summary>One run of the network over the whole batch, in milliseconds.</summary>
    public double InferenceMs { get; init; }

    /// <summary>Match of the whole batch, in milliseconds.</summary>
    public double MatchMs { get; init; }

    /// <summary>Photos in the batch.</summary>
    public int BatchSize { get; init; }

    /// <summary>The recorded trace of the run; default: none.</summary>
    public ActivityContext Batch { get; init; }
}

/// <summary>A photo of the catalogue as other photos are compared with it.</summary>
/// <param name="Embedding">A vector of length 1: float16, little-endian.</param>
/// <param name="BatchWait">From handing in to the start of the batch.</param>
/// <param name="Inference">One run of the network over the whole batch.</param>
/// <param name="Batch">The recorded trace of the run; default: none.</param>
internal readonly record struct PhotoVector(byte[] Embedding, TimeSpan BatchWait, TimeSpan Inference, ActivityContext Batch);

/// <summary>What one run did, for metrics.</summary>
/// <param name="Size">Photos.</param>
/// <param name="Inference">Time in the network.</param>
/// <param name="Match">Time in the match; zero when the run failed.</param>
/// <param name="Failed">The run as a whole failed; its photos are run again one by one, each with a report of its own.</param>
internal readonly record struct BatchReport(int Size, TimeSpan Inference, TimeSpan Match, bool Failed);

/// <summary>The network failed on a photo, or gave a result that is no number.</summary>
/// <param name="message">One sentence for people.</param>
/// <param name="isTransient">The device had no memory left: later it may work.</param>
/// <param name="inner">What ONNX Runtime said.</param>
internal sealed class InferenceException(string message, bool isTransient = false, Exception? inner = null) : Exception(message, inner)
{
    public bool IsTransient { get; } = isTransient;
}
