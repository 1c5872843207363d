using System.ComponentModel.DataAnnotations;

namespace Whales.Worker.Models;

/// <summary>Section <c>Inference</c>: how networks run on this machine. What is not set is measured when a model is loaded.</summary>
internal sealed class InferenceOptions
{
    public const string SectionName = "Inference";

    /// <summary>
    /// <c>auto</c> takes CUDA when it can be had and else the CPU, saying why; <c>cpu</c> and <c>cuda</c> are orders, and a model that
    /// cannot follow fails to load. Default <c>auto</c>.
    /// </summary>
    public ExecutionProviderChoice ExecutionProvider { get; set; } = ExecutionProviderChoice.Auto;

    /// <summary>
    /// Threads that work on one run. Default 1: as many runs side by side as there are cores need no agreement between threads, and stay
    /// fast when other processes want the cores.
    /// </summary>
    [Range(1, 1024)]
    public int Threads { get; set; } = 1;

    /// <summary>Runs side by side. Default: measured. On the CPU, times <see cref="Threads"/> at most the number of cores.</summary>
    [Range(1, 1024)]
    public int? Sessions { get; set; }

    /// <summary>The most photos of one run; not above the model's <c>batch.max</c>. Default: measured.</summary>
    [Range(1, 256)]
    public int? BatchSize { get; set; }

    /// <summary>
    /// Bulk photos' share of decoding and inference while single photos wait too; a lane that is alone has all of it. 0.01 to 0.9, default 0.2.
    /// </summary>
    [Range(0.01, 0.9)]
    public double BulkShare { get; set; } = 0.2;

    /// <summary>
    /// How far decoding and networks on the CPU step back for every other thread of the host and its neighbours, 0 (not at all) to 19. Default 10: requests,
    /// messages and <c>/metrics</c> do not wait for a core that identifies photos.
    /// </summary>
    [Range(0, 19)]
    public int Niceness { get; set; } = 10;

    /// <summary>About how long the measuring may take for each model, in seconds, 0.01 to 600. Default 4.</summary>
    [Range(0.01, 600)]
    public double WarmUpSeconds { get; set; } = 4;
}

/// <summary>See <see cref="InferenceOptions.ExecutionProvider"/>.</summary>
internal enum ExecutionProviderChoice
{
    Auto,
    Cpu,
    Cuda,
}
