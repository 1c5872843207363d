using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using Whales.Hosting.Models;

namespace Whales.Worker.Models;

/// <summary>A network that was opened and does what its manifest says: names, types, shapes, batches.</summary>
internal sealed class Network : IDisposable
{
    public const string FileName = "model.onnx";

    private readonly InferenceSession _session;
    private readonly string[] _inputNames;
    private readonly string[] _outputNames;

    private Network(InferenceSession session, ModelManifest manifest, string provider, string? whyNotCuda)
    {
        _session = session;
        _inputNames = [manifest.Input.Name];
        _outputNames = manifest.Output.Cetacean is { } gate ? [manifest.Output.Name, gate] : [manifest.Output.Name];
        (Input, ExecutionProvider, WhyNotCuda) = (manifest.Input, provider, whyNotCuda);
    }

    public ModelInput Input { get; }

    /// <summary><c>cuda</c> or <c>cpu</c>.</summary>
    public string ExecutionProvider { get; }

    /// <summary>Why a network that was to try CUDA is on the CPU.</summary>
    public string? WhyNotCuda { get; }

    /// <summary>Values of one embedding, or labels.</summary>
    public int Dimensions { get; private set; }

    /// <summary>The gate's output for so many photos, [n] or [n, 1]; null when there is no gate.</summary>
    public Func<long, long[]>? GateShape { get; private set; }

    /// <summary>See <see cref="BatchSizes.Padded"/>.</summary>
    public bool PadsBatches => ExecutionProvider == ExecutionProviders.Cuda;

    /// <exception cref="ModelLoadException">The file cannot be opened, or is not what the manifest says.</exception>
    public static Network Open(string folder, ModelManifest manifest, InferenceOptions options)
    {
        var file = Path.Combine(folder, FileName);
        var (session, provider, whyNotCuda) = ExecutionProviders.Open(file, options);
        var network = new Network(session, manifest, provider, whyNotCuda);
        try
        {
            NetworkChecks.CheckDeclarations(file, session, manifest);
            network.TryOut(file, manifest);
            return network;
        }
        catch
        {
            network.Dispose();
            throw;
        }
    }

    /// <summary>One run into memory that was given; threads may call it side by side.</summary>
    public void Run(RunOptions options, OrtValue[] inputs, OrtValue[] outputs) =>
        _session.Run(options, _inputNames, inputs, _outputNames, outputs);

    public void Dispose() => _session.Dispose();

    /// <summary>Runs two photos of the mean colour: many exports leave the output's shape open, and some hide a fixed batch inside.</summary>
    private void TryOut(string file, ModelManifest manifest)
    {
        const int Photos = 2;
        using var buffer = new NativeBuffer(Photos * Input.Values);
        using var input = OrtTensors.Over(buffer, OrtTensors.ShapeOf(Input, Photos));
        using var options = new RunOptions();
        try
        {
            using var outputs = _session.Run(options, _inputNames, [input], _outputNames);
            Dimensions = NetworkChecks.CheckOutput(file, manifest, outputs[0], Photos);
            if (manifest.Output.Cetacean is not null)
                GateShape = NetworkChecks.CheckGate(file, manifest, outputs[1], Photos) == 1 ? n => [n] : n => [n, 1];
        }
        catch (OnnxRuntimeException e)
        {
            throw new ModelLoadException($"{file}: a trial run of {Photos} photos failed: {e.Message}", e);
        }
    }
}
