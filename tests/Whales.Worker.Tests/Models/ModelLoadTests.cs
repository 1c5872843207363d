using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Whales.Testing.Models;
using Whales.Worker.Models;

namespace Whales.Worker.Tests.Models;

public sealed class ModelLoadTests : ModelFixture
{
    public static TheoryData<TestModel, string> Broken => new()
    {
        { new TestModel { InputName = "picture" }, "has no input 'image'; it has 'picture'" },
        { new TestModel { OutputName = "vector" }, "has no output 'embedding'; it has 'vector'" },
        { new TestModel { FixedBatch = 1 }, "input 'image' has a fixed batch of 1" },
        { new TestModel { NetworkWidth = 32 }, "input 'image' is [n, 3, 16, 32]; the manifest's width, height and layout mean [n, 3, 16, 16]" },
        { new TestModel { HasIntegerOutput = true }, "output 'embedding' is Int64" },
        { new TestModel { Flaw = NetworkFlaw.SecondInput }, "has 2 inputs ('image', 'mask'); one, the photo, is expected" },
        { new TestModel { Flaw = NetworkFlaw.FlatOutput }, "output 'embedding' is [2] for 2 photos; [2, values] is expected" },
        { new TestModel { Flaw = NetworkFlaw.NoNumbers }, "output 'embedding' has values that are no numbers" },
        { new TestModel { Flaw = NetworkFlaw.FailsAlways }, "a trial run of 2 photos failed" },
        { new TestModel { HasCetaceanGate = true, Flaw = NetworkFlaw.GateForEachChannel }, "output 'cetacean' is [2, 3] for 2 photos; [2] or [2, 1] is expected" },
        { new TestModel { HasCetaceanGate = true, Flaw = NetworkFlaw.GateAboveOne }, "output 'cetacean' gave 2 for a picture of the mean colour; a probability, 0 to 1, is expected" },
    };

    [Theory]
    [MemberData(nameof(Broken))]
    public async Task LoadAsync_NetworkIsNotWhatTheManifestSays_SaysWhatDiffers(TestModel model, string part) =>
        Assert.Contains(part, await ErrorAsync(TestModels.Write(Root, model)), StringComparison.Ordinal);

    [Fact]
    public async Task LoadAsync_NetworkWasChanged_NamesBothHashes()
    {
        var folder = TestModels.Write(Root);
        File.AppendAllText(Path.Combine(folder, "model.onnx"), "x");

        Assert.Contains("its SHA-256 is", await ErrorAsync(folder), StringComparison.Ordinal);
    }

    [Fact]
    public async Task LoadAsync_NetworkIsMissing_NamesIt()
    {
        var folder = TestModels.Write(Root);
        File.Delete(Path.Combine(folder, "model.onnx"));

        Assert.EndsWith("model.onnx: is missing.", await ErrorAsync(folder), StringComparison.Ordinal);
    }

    [Fact]
    public async Task LoadAsync_ManifestIsMissing_NamesIt() =>
        Assert.EndsWith("model.json: is missing.", await ErrorAsync(Root), StringComparison.Ordinal);

    [Theory]
    [InlineData(0.5)]
    [InlineData(0.0)]
    public async Task LoadAsync_NetworkIsCutOffAndItsHashIsRight_SaysThatItCannotBeOpened(double part)
    {
        var folder = TestModels.Write(Root);
        var bytes = File.ReadAllBytes(Path.Combine(folder, "model.onnx"));
        Replace(folder, bytes[..(int)(bytes.Length * part)]);

        Assert.Contains("ONNX Runtime cannot open it", await ErrorAsync(folder), StringComparison.Ordinal);
    }

    [Fact]
    public async Task LoadAsync_GateIsNotInTheNetwork_NamesIt()
    {
        var folder = TestModels.Write(Root, new TestModel { HasCetaceanGate = true });
        var plain = TestModels.Write(Root, new TestModel { Name = "plain" });
        Replace(folder, File.ReadAllBytes(Path.Combine(plain, "model.onnx")));

        Assert.Contains("has no output 'cetacean'", await ErrorAsync(folder), StringComparison.Ordinal);
    }

    [Fact]
    public async Task LoadAsync_CatalogueHasOtherDimensions_NamesBoth()
    {
        var folder = TestModels.Write(Root);
        TestModels.WriteNpy(Path.Combine(folder, "catalogue.npy"), [.. Enumerable.Range(0, 12).Select(_ => new float[] { 1, 0, 0 })]);

        Assert.Contains("the network gives 4 values for a photo, catalogue.npy has 3", await ErrorAsync(folder), StringComparison.Ordinal);
    }

    [Fact]
    public async Task LoadAsync_OtherNumberOfLabels_NamesBoth()
    {
        var folder = TestModels.Write(Root, new TestModel { IsClassifier = true });
        File.AppendAllLines(Path.Combine(folder, "labels.csv"), ["white,,"]);

        Assert.Contains("the network gives 6 values for a photo, labels.csv has 7", await ErrorAsync(folder), StringComparison.Ordinal);
    }

    [Fact]
    public async Task LoadAsync_CudaIsOrderedAndCannotBeHad_Fails() =>
        Assert.Contains("CUDA cannot be had", await ErrorAsync(TestModels.Write(Root), new InferenceOptions { ExecutionProvider = ExecutionProviderChoice.Cuda }), StringComparison.Ordinal);

    [Fact]
    public async Task LoadAsync_MoreThreadsThanCores_NamesTheSettings() =>
        Assert.Contains("Inference:Threads x Inference:Sessions", await ErrorAsync(TestModels.Write(Root), Fixed(sessions: Environment.ProcessorCount + 1)), StringComparison.Ordinal);

    [Fact]
    public async Task LoadAsync_BatchSizeAboveTheModels_NamesTheSetting() =>
        Assert.Contains("Inference:BatchSize is 9", await ErrorAsync(TestModels.Write(Root), Fixed(9)), StringComparison.Ordinal);

    private static async Task<string> ErrorAsync(string folder, InferenceOptions? options = null) =>
        (await Assert.ThrowsAsync<ModelLoadException>(() => LoadAsync(folder, options))).Message;

    /// <summary>Another network under a manifest that takes it for the right one.</summary>
    private static void Replace(string folder, byte[] network)
    {
        File.WriteAllBytes(Path.Combine(folder, "model.onnx"), network);
        var file = Path.Combine(folder, "model.json");
        var json = JsonNode.Parse(File.ReadAllText(file))!;
        json["sha256"] = Convert.ToHexStringLower(SHA256.HashData(network));
        File.WriteAllText(file, json.ToJsonString());
    }
}
