using System.Runtime.InteropServices;

namespace Whales.Testing.Models;

/// <summary>Builds a small ONNX file (opset 17), node by node; the numbers are the fields of onnx.proto.</summary>
/// <param name="names">What its values' names begin with; those of a graph inside another must differ from that one's.</param>
internal sealed class OnnxGraph(string names = "v")
{
    public const int Float = 1;
    public const int Int64 = 7;
    private const int Bool = 9;

    private readonly Protobuf _graph = new();
    private int _names;

    /// <summary>A negative or null dimension is open.</summary>
    public string Input(string name, params long?[] shape)
    {
        _graph.Message(11, Declaration(name, Float, shape));
        return name;
    }

    public void Output(string name, int type, params long?[] shape) => _graph.Message(12, Declaration(name, type, shape));

    public string Constant(float[] values, params long[] shape) =>
        Initializer(Float, MemoryMarshal.AsBytes(values.AsSpan()).ToArray(), shape);

    /// <summary>Many equal values, made when the file is loaded, so that the file stays small.</summary>
    public string Filled(float value, params long[] shape)
    {
        var sizes = Initializer(Int64, MemoryMarshal.AsBytes(shape.AsSpan()).ToArray(), shape.Length);
        var tensor = new Protobuf().Integer(1, 1).Integer(2, Float).Bytes(9, BitConverter.GetBytes(value));
        return Add("ConstantOfShape", [sizes], new Protobuf().Text(1, "value").Message(5, tensor).Integer(20, 4));
    }

    /// <returns>The name of the node's output.</returns>
    public string Node(string type, string[] inputs, params (string Name, long[] Values)[] attributes) =>
        Add(type, inputs, [.. attributes.Select(Attribute)]);

    /// <summary>Does the same again and again with what came out of it. One node, so that the network is loaded as quickly however often it is.</summary>
    /// <param name="value">Float, of the shape <paramref name="shape"/> before and after each time.</param>
    /// <param name="step">Adds what is done, in a graph of its own that sees this one's values, and returns the name of what came out.</param>
    public string Repeat(int times, string value, long?[] shape, Func<OnnxGraph, string, string> step)
    {
        var body = new OnnxGraph(names + "_");
        body._graph.Message(11, Declaration("time", Int64, []));
        body._graph.Message(11, Declaration("before", Bool, []));
        body.Name("before", "after");
        body.Name(step(body, body.Input("value", shape)), "next");
        body.Output("after", Bool);
        body.Output("next", Float, shape);
        var count = Initializer(Int64, BitConverter.GetBytes((long)times));
        return Add("Loop", [count, "", value], new Protobuf().Text(1, "body").Message(6, body._graph.Text(2, "body")).Integer(20, 5));
    }

    /// <summary>Gives a value the name that a declared output has.</summary>
    public void Name(string value, string output) => AddNamed("Identity", [value], output);

    public byte[] ToFile() => new Protobuf()
        .Integer(1, 8)
        .Message(8, new Protobuf().Text(1, "").Integer(2, 17))
        .Message(7, _graph.Text(2, "test"))
        .ToArray();

    private static Protobuf Attribute((string Name, long[] Values) attribute)
    {
        var message = new Protobuf().Text(1, attribute.Name);
        if (attribute.Values.Length == 1 && attribute.Name is "keepdims" or "to" or "axis")
            return message.Integer(3, attribute.Values[0]).Integer(20, 2);
        foreach (var value in attribute.Values)
            message.Integer(8, value);
        return message.Integer(20, 7);
    }

    private static Protobuf Declaration(string name, int type, long?[] shape)
    {
        var dimensions = new Protobuf();
        foreach (var size in shape)
            dimensions.Message(1, size is { } known ? new Protobuf().Integer(1, known) : new Protobuf().Text(2, "n"));
        var tensor = new Protobuf().Integer(1, type).Message(2, dimensions);
        return new Protobuf().Text(1, name).Message(2, new Protobuf().Message(1, tensor));
    }

    private string Initializer(int type, byte[] values, params long[] shape)
    {
        var name = NextName();
        var tensor = new Protobuf();
        foreach (var size in shape)
            tensor.Integer(1, size);
        _graph.Message(5, tensor.Integer(2, type).Text(8, name).Bytes(9, values));
        return name;
    }

    private string Add(string type, string[] inputs, params Protobuf[] attributes)
    {
        var output = NextName();
        AddNamed(type, inputs, output, attributes);
        return output;
    }

    private void AddNamed(string type, string[] inputs, string output, params Protobuf[] attributes)
    {
        var node = new Protobuf();
        foreach (var input in inputs)
            node.Text(1, input);
        node.Text(2, output).Text(3, $"{type}_{output}").Text(4, type);
        foreach (var attribute in attributes)
            node.Message(5, attribute);
        _graph.Message(1, node);
    }

    private string NextName() => $"{names}{_names++}";
}
