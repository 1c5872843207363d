using Microsoft.ML.OnnxRuntime;
using Whales.Hosting.Models;

namespace Whales.Worker.Models;

/// <summary>
/// One place where batches run, with its own memory for input and output; used by one thread at a time. All of a model's sessions share
/// one ONNX Runtime session, which may run several times side by side: the weights are in memory once.
/// </summary>
internal sealed class NetworkSession : IDisposable
{
    private readonly Network _network;
    private readonly NativeBuffer? _batch;
    private readonly NativeBuffer _outputs;
    private readonly NativeBuffer? _gates;
    private readonly Tensors?[] _bySize;
    private readonly RunOptions _runOptions = new();

    public NetworkSession(Network network, int maxBatchSize)
    {
        _network = network;
        MaxBatchSize = maxBatchSize;
        _batch = maxBatchSize > 1 ? new NativeBuffer(maxBatchSize * network.Input.Values) : null;
        _outputs = new NativeBuffer(maxBatchSize * network.Dimensions);
        _gates = network.GateShape is null ? null : new NativeBuffer(maxBatchSize);
        _bySize = new Tensors?[maxBatchSize + 1];
    }

    public int MaxBatchSize { get; }

    /// <summary>Runs the network once; the outputs stay valid until the next run.</summary>
    /// <exception cref="OnnxRuntimeException">The run failed.</exception>
    public NetworkOutputs Run(ReadOnlySpan<PhotoTensor> photos)
    {
        var input = _network.Input;
        var size = BatchSizes.Padded(photos.Length, MaxBatchSize, _network.PadsBatches);
        var tensors = _bySize[size] ??= new Tensors(_network, size, _batch, _outputs, _gates);
        if (size == 1)
        {
            tensors.Inputs[0] = photos[0].Value;
        }
        else
        {
            // Rows past the last photo keep what an earlier batch left there; nobody reads their results.
            for (var i = 0; i < photos.Length; i++)
                photos[i].Values.CopyTo(_batch!.Span[(i * input.Values)..]);
        }

        _network.Run(_runOptions, tensors.Inputs, tensors.Outputs);
        return new NetworkOutputs(
            _outputs.Span[..(photos.Length * _network.Dimensions)],
            _gates is null ? default : _gates.Span[..photos.Length]);
    }

    public void Dispose()
    {
        foreach (var tensors in _bySize)
            tensors?.Dispose();
        _runOptions.Dispose();
        _batch?.Dispose();
        _outputs.Dispose();
        _gates?.Dispose();
    }

    /// <summary>What a run of one size reads and writes.</summary>
    private sealed class Tensors : IDisposable
    {
        private readonly OrtValue? _ownInput;

        public Tensors(Network network, int size, NativeBuffer? batch, NativeBuffer outputs, NativeBuffer? gates)
        {
            // A batch of one runs on the photo's own memory.
            _ownInput = size == 1 ? null : OrtTensors.Over(batch!, OrtTensors.ShapeOf(network.Input, size));
            Inputs = [_ownInput!];
            var embedding = OrtTensors.Over(outputs, size, network.Dimensions);
            Outputs = gates is null ? [embedding] : [embedding, OrtTensors.Over(gates, network.GateShape!(size))];
        }

        public OrtValue[] Inputs { get; }

        public OrtValue[] Outputs { get; }

        public void Dispose()
        {
            _ownInput?.Dispose();
            foreach (var output in Outputs)
                output.Dispose();
        }
    }
}

/// <summary>The results of one run.</summary>
internal readonly ref struct NetworkOutputs(ReadOnlySpan<float> values, ReadOnlySpan<float> gates)
{
    /// <summary>Embeddings or logits, photo after photo.</summary>
    public ReadOnlySpan<float> Values { get; } = values;

    /// <summary>The gate's probability of each photo; empty when the network has no gate.</summary>
    public ReadOnlySpan<float> Gates { get; } = gates;
}
