namespace Whales.Testing.Models;

/// <summary>The network of a <see cref="TestModel"/>.</summary>
internal static class TestNetwork
{
    public static byte[] Build(TestModel model)
    {
        var graph = new OnnxGraph();
        long? batch = model.FixedBatch;
        var width = model.NetworkWidth ?? model.Width;
        var isNchw = model.Layout == "nchw";
        var image = isNchw
            ? graph.Input(model.InputName, batch, 3, model.Height, width)
            : graph.Input(model.InputName, batch, model.Height, width, 3);

        // [n, 3] in -1 to 1, then one constant more, so that no picture has length zero.
        var colour = graph.Node("ReduceMean", [image], ("axes", isNchw ? [2, 3] : [1, 2]), ("keepdims", [0]));
        var values = model.SeesPositions ? 12 : 3;
        var seen = model.SeesPositions ? Quarters(graph, image, model) : colour;
        var direction = graph.Node("Add", [graph.Node("MatMul", [seen, graph.Constant(Widening(values), values, values + 1)]), graph.Constant([.. new float[values], TestModels.Embedding(0, 0, 0)[^1]], values + 1)]);
        var brightness = graph.Node("ReduceMean", [colour], ("axes", [1]), ("keepdims", [1]));

        var result = model.IsClassifier ? Logits(graph, direction) : Unit(graph, direction);
        if (model.IsNanForBlack)
            result = graph.Node("Add", [result, Nothing(graph, graph.Node("Sqrt", [Shifted(graph, brightness, 0.95f)]))]);
        if (model.FailsForWhite)
            result = graph.Node("Add", [result, OutOfRangeForWhite(graph, brightness)]);
        if (model.HasNoMemoryForWhite)
            result = graph.Node("Add", [result, HugeForWhite(graph, brightness)]);
        if (model.EndsProcessForWhite)
            result = graph.Node("Add", [result, EndForWhite(graph, brightness)]);
        if (model.ExtraWork > 0)
            result = graph.Node("Add", [result, Nothing(graph, Work(graph, colour, model.ExtraWork))]);
        result = model.Flaw switch
        {
            NetworkFlaw.SecondInput => graph.Node("Add", [result, Nothing(graph, graph.Input("mask", batch, 1))]),
            NetworkFlaw.FlatOutput => graph.Node("ReduceMean", [result], ("axes", [1]), ("keepdims", [0])),
            NetworkFlaw.NoNumbers => graph.Node("Add", [result, graph.Node("Sqrt", [Shifted(graph, Nothing(graph, brightness), -1)])]),
            NetworkFlaw.FailsAlways => graph.Node("Add", [result, graph.Node("Gather", [graph.Constant([0], 1), graph.Node("Cast", [Shifted(graph, Nothing(graph, brightness), 5)], ("to", [OnnxGraph.Int64]))], ("axis", [0]))]),
            _ => result,
        };
        if (model.HasIntegerOutput)
            result = graph.Node("Cast", [result], ("to", [OnnxGraph.Int64]));

        graph.Name(result, model.OutputName);
        long?[] shape = model.Flaw == NetworkFlaw.FlatOutput ? [batch] : [batch, model.IsClassifier ? TestModels.Individuals.Count : values + 1];
        graph.Output(model.OutputName, model.HasIntegerOutput ? OnnxGraph.Int64 : OnnxGraph.Float, shape);
        if (model.HasCetaceanGate)
        {
            // 0.02 for white, above 0.98 for every colour.
            var gate = model.Flaw switch
            {
                NetworkFlaw.GateForEachChannel => graph.Node("Sigmoid", [colour]),
                NetworkFlaw.GateAboveOne => Shifted(graph, Nothing(graph, brightness), 2),
                _ => graph.Node("Sigmoid", [Scaled(graph, Shifted(graph, brightness, -0.8f), -20)]),
            };
            graph.Name(gate, "cetacean");
            graph.Output("cetacean", OnnxGraph.Float, batch, model.Flaw == NetworkFlaw.GateForEachChannel ? 3 : 1);
        }

        return graph.ToFile();
    }

    /// <summary>[n, 12]: the mean red of each quarter, the greens, the blues.</summary>
    private static string Quarters(OnnxGraph graph, string image, TestModel model)
    {
        long[] half = [model.Height / 2, model.Width / 2];
        return graph.Node("Flatten", [graph.Node("AveragePool", [image], ("kernel_shape", half), ("strides", half))], ("axis", [1]));
    }

    /// <summary>The unit matrix with a column of zeros more.</summary>
    private static float[] Widening(int values)
    {
        var matrix = new float[values * (values + 1)];
        for (var i = 0; i < values; i++)
            matrix[(i * (values + 1)) + i] = 1;
        return matrix;
    }

    private static string Unit(OnnxGraph graph, string direction) =>
        graph.Node("Div", [direction, graph.Node("ReduceL2", [direction], ("axes", [1]), ("keepdims", [1]))]);

    /// <summary>Five times the cosine's numerator with each individual's colour: the right one has a probability of almost 1.</summary>
    private static string Logits(OnnxGraph graph, string direction)
    {
        var weights = new float[TestModels.Dimensions * TestModels.Individuals.Count];
        for (var label = 0; label < TestModels.Individuals.Count; label++)
        {
            var individual = TestModels.Individuals[label];
            var embedding = TestModels.Embedding(individual.Red, individual.Green, individual.Blue);
            for (var i = 0; i < embedding.Length; i++)
                weights[i * TestModels.Individuals.Count + label] = 5 * embedding[i];
        }

        return graph.Node("MatMul", [direction, graph.Constant(weights, TestModels.Dimensions, TestModels.Individuals.Count)]);
    }

    /// <summary>[n, 1] of zeros, looked up at a place that a table of one has only for what is not white.</summary>
    private static string OutOfRangeForWhite(OnnxGraph graph, string brightness)
    {
        var over = graph.Node("Relu", [Shifted(graph, brightness, -0.9f)]);
        var place = graph.Node("Cast", [Scaled(graph, over, 1000)], ("to", [OnnxGraph.Int64]));
        return graph.Node("Gather", [graph.Constant([0], 1), place], ("axis", [0]));
    }

    /// <summary>One zero, the sum of a list of one zero; for white of a list of 2^55.</summary>
    private static string HugeForWhite(OnnxGraph graph, string brightness)
    {
        var over = graph.Node("ReduceMax", [graph.Node("Relu", [Shifted(graph, brightness, -0.9f)])], ("axes", [0, 1]), ("keepdims", [0]));
        var length = graph.Node("Cast", [Shifted(graph, Scaled(graph, over, 10f * (1L << 55)), 1)], ("to", [OnnxGraph.Int64]));
        return graph.Node("ReduceSum", [graph.Node("ConstantOfShape", [length])]);
    }

    /// <summary>[n, 1] of zeros: the lowest whole number divided, for white only, by -1, which has no result and ends the process.</summary>
    private static string EndForWhite(OnnxGraph graph, string brightness)
    {
        var below = Scaled(graph, graph.Node("Relu", [Scaled(graph, Shifted(graph, brightness, -0.9f), -1)]), 1000);
        var divisor = graph.Node("Cast", [Shifted(graph, below, -1)], ("to", [OnnxGraph.Int64]));
        // Not a constant: the division must wait for the picture.
        var lowest = graph.Node("Cast", [Shifted(graph, Nothing(graph, brightness), long.MinValue)], ("to", [OnnxGraph.Int64]));
        return Nothing(graph, graph.Node("Cast", [graph.Node("Div", [lowest, divisor])], ("to", [OnnxGraph.Float])));
    }

    private static string Work(OnnxGraph graph, string colour, int products)
    {
        const int Size = 1024;
        var value = graph.Node("MatMul", [colour, graph.Filled(1f / 3, 3, Size)]);
        var matrix = graph.Filled(1f / Size, Size, Size);
        value = graph.Repeat(products, value, [null, Size], (body, one) => body.Node("MatMul", [one, matrix]));
        return graph.Node("ReduceMean", [value], ("axes", [1]), ("keepdims", [1]));
    }

    private static string Nothing(OnnxGraph graph, string value) => Scaled(graph, value, 0);

    private static string Shifted(OnnxGraph graph, string value, float by) => graph.Node("Add", [value, graph.Constant([by], 1)]);

    private static string Scaled(OnnxGraph graph, string value, float by) => graph.Node("Mul", [value, graph.Constant([by], 1)]);
}
