using System.Numerics.Tensors;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using Whales.Hosting.Models;

namespace Whales.Worker.Models;

/// <summary>Compares a network with its manifest, and says what differs.</summary>
internal static class NetworkChecks
{
    /// <summary>What the file declares.</summary>
    public static void CheckDeclarations(string file, InferenceSession session, ModelManifest manifest)
    {
        var input = Find(file, "input", manifest.Input.Name, session.InputMetadata);
        if (session.InputMetadata.Count > 1)
            throw new ModelLoadException($"{file}: has {session.InputMetadata.Count} inputs ({Names(session.InputMetadata)}); one, the photo, is expected.");
        CheckInputShape(file, manifest, input);

        CheckBatch(file, "output", manifest.Output.Name, Find(file, "output", manifest.Output.Name, session.OutputMetadata));
        if (manifest.Output.Cetacean is { } gate)
            CheckBatch(file, "output", gate, Find(file, "output", gate, session.OutputMetadata));
    }

    /// <returns>Values of one photo's output.</returns>
    public static int CheckOutput(string file, ModelManifest manifest, OrtValue output, int photos)
    {
        var shape = output.GetTensorTypeAndShape().Shape;
        if (shape.Length != 2 || shape[0] != photos)
            throw new ModelLoadException($"{file}: output '{manifest.Output.Name}' is {Text(shape)} for {photos} photos; [{photos}, values] is expected.");
        if (TensorPrimitives.Sum(output.GetTensorDataAsSpan<float>()) is var sum && !float.IsFinite(sum))
            throw new ModelLoadException($"{file}: output '{manifest.Output.Name}' has values that are no numbers for a picture of the mean colour.");
        return (int)shape[1];
    }

    /// <returns>The rank of the gate's output.</returns>
    public static int CheckGate(string file, ModelManifest manifest, OrtValue output, int photos)
    {
        var shape = output.GetTensorTypeAndShape().Shape;
        if (!shape.AsSpan().SequenceEqual([photos]) && !shape.AsSpan().SequenceEqual([photos, 1]))
            throw new ModelLoadException($"{file}: output '{manifest.Output.Cetacean}' is {Text(shape)} for {photos} photos; [{photos}] or [{photos}, 1] is expected.");
        foreach (var score in output.GetTensorDataAsSpan<float>())
            if (score is not (>= 0 and <= 1))
                throw new ModelLoadException($"{file}: output '{manifest.Output.Cetacean}' gave {score} for a picture of the mean colour; a probability, 0 to 1, is expected.");
        return shape.Length;
    }

    private static NodeMetadata Find(string file, string kind, string name, IReadOnlyDictionary<string, NodeMetadata> nodes)
    {
        if (!nodes.TryGetValue(name, out var node))
            throw new ModelLoadException($"{file}: has no {kind} '{name}'; it has {Names(nodes)}.");
        if (!node.IsTensor || node.ElementDataType != TensorElementType.Float)
            throw new ModelLoadException($"{file}: {kind} '{name}' is {(node.IsTensor ? node.ElementDataType : node.OnnxValueType)}; a tensor of float32 is expected.");
        return node;
    }

    private static void CheckInputShape(string file, ModelManifest manifest, NodeMetadata node)
    {
        var input = manifest.Input;
        var expected = OrtTensors.ShapeOf(input, -1);
        var given = node.Dimensions;
        // A dimension below zero is open.
        if (given.Length != 4 || given.Zip(expected).Skip(1).Any(pair => pair.First >= 0 && pair.First != pair.Second))
            throw new ModelLoadException($"{file}: input '{input.Name}' is {Text(given)}; the manifest's width, height and layout mean {Text(expected)}.");
        CheckBatch(file, "input", input.Name, node);
    }

    private static void CheckBatch(string file, string kind, string name, NodeMetadata node)
    {
        if (node.Dimensions is [>= 0 and var batch, ..])
            throw new ModelLoadException($"{file}: {kind} '{name}' has a fixed batch of {batch}; export it with a dynamic first dimension.");
    }

    private static string Names(IReadOnlyDictionary<string, NodeMetadata> nodes) => string.Join(", ", nodes.Keys.Select(name => $"'{name}'"));

    private static string Text<T>(T[] shape) where T : System.Numerics.INumber<T> =>
        $"[{string.Join(", ", shape.Select((size, i) => T.IsNegative(size) ? i == 0 ? "n" : "?" : size.ToString()))}]";
}
