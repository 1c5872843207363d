using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Whales.Testing.Images;
using Whales.Testing.Models;
using Whales.Worker.Models;
using Whales.Worker.Tests.Models;

namespace Whales.Worker.Tests.Quality;

/// <summary>The guard itself, on a tiny model and pictures of one colour: it passes what is as recorded, and sees each thing that moves.</summary>
public sealed class RecordedQualityTests : ModelFixture
{
    private string Pictures => Path.Combine(Root, "pictures");

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task CheckModel_NothingChanged_IsAllRight(bool isClassifier)
    {
        var folder = await RecordedAsync(new TestModel { IsClassifier = isClassifier, HasCetaceanGate = isClassifier });

        var (code, text) = await CheckAsync(folder);

        Assert.True(code == 0, text);
        Assert.Contains("pictures, light: 3 first and 3 in five of 3, mean reciprocal rank 1.000", text, StringComparison.Ordinal);
        Assert.Contains("are those of recorded.json", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task CheckModel_NothingRecorded_SaysHowToRecord()
    {
        Draw();
        var folder = TestModels.Write(Root);

        var (code, text) = await CheckAsync(folder);

        Assert.Equal(1, code);
        Assert.Contains("recorded.json: is missing", text, StringComparison.Ordinal);
        Assert.Contains($"dotnet run --project src/Whales.Worker -c Release -- check-model --pictures {Pictures} --record {folder}", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task CheckModel_OneWeightOfTheNetworkIsAnother_EmbeddingsMoved()
    {
        var folder = await RecordedAsync();
        ChangeWeight(folder, from: TestModels.Embedding(0, 0, 0)[^1], to: 0.6f);

        var (code, text) = await CheckAsync(folder);

        Assert.Equal(1, code);
        Assert.Contains("error  Embeddings moved, 6 of 6", text, StringComparison.Ordinal);
        Assert.Contains("something is wrong", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task CheckModel_PreparedInAnotherWay_EmbeddingsMoved()
    {
        var folder = await RecordedAsync();
        Edit(Path.Combine(folder, "model.json"), manifest => manifest["input"]!["mean"] = new JsonArray(0.55, 0.5, 0.5));

        var (code, text) = await CheckAsync(folder);

        Assert.Equal(1, code);
        Assert.Contains("error  Embeddings moved", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task CheckModel_CatalogueIsAnothers_ScoresMoved()
    {
        var folder = await RecordedAsync();
        TestModels.WriteNpy(Path.Combine(folder, "catalogue.npy"), [.. Enumerable.Repeat(TestModels.Embedding(255, 255, 255), 12)]);

        var (code, text) = await CheckAsync(folder);

        Assert.Equal(1, code);
        Assert.Contains("error  The best score moved", text, StringComparison.Ordinal);
        Assert.DoesNotContain("Embeddings moved", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task CheckModel_NetworkWithoutItsGate_GateMoved()
    {
        var folder = await RecordedAsync(new TestModel { HasCetaceanGate = true });
        TestModels.Write(Root);

        var (code, text) = await CheckAsync(folder);

        Assert.Equal(1, code);
        Assert.Contains("error  The gate's score moved", text, StringComparison.Ordinal);
        Assert.DoesNotContain("Embeddings moved", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task CheckModel_RecordSaysAnotherRetrieval_RetrievalMoved()
    {
        var folder = await RecordedAsync();
        Edit(Path.Combine(folder, "recorded.json"), record => record["retrieval"]!["light"]!["top1"] = 1);

        var (code, text) = await CheckAsync(folder);

        Assert.Equal(1, code);
        Assert.Contains("error  Retrieval moved, kind 'light': 3 first", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task CheckModel_PictureMoreThanRecorded_SaysSo()
    {
        var folder = await RecordedAsync();
        Draw("red-water", 250, 5, 5);

        var (code, text) = await CheckAsync(folder);

        Assert.Equal(1, code);
        Assert.Contains("error  The pictures are not those that were recorded.", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("readme", "is not named ANIMAL-KIND")]
    [InlineData("red-catalogue2-catalogue", "at least two animals are needed")]
    [InlineData("red-light", "has 0 pictures red-catalogue")]
    public async Task CheckModel_PicturesAreNoSet_SaysWhatIsWrong(string onlyPicture, string error)
    {
        Draw(onlyPicture, 255, 0, 0);

        var (code, text) = await CheckAsync(TestModels.Write(Root));

        Assert.Equal(1, code);
        Assert.Contains(error, text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--record")]
    [InlineData("--pictures")]
    [InlineData("--pictures", "x", "--record")]
    public async Task CheckModel_OptionsWithoutFolder_SaysHowToUseIt(params string[] arguments)
    {
        using var output = new StringWriter();

        Assert.Equal(2, await CheckModelCommand.RunAsync(arguments, output));
    }

    private async Task<string> RecordedAsync(TestModel? model = null)
    {
        Draw();
        var folder = TestModels.Write(Root, model);
        var (code, text) = await RunAsync("--pictures", Pictures, "--record", folder);
        Assert.True(code == 0, text);
        return folder;
    }

    private Task<(int Code, string Text)> CheckAsync(string folder) => RunAsync("--pictures", Pictures, folder);

    private static async Task<(int Code, string Text)> RunAsync(params string[] arguments)
    {
        using var output = new StringWriter();
        var code = await CheckModelCommand.RunAsync(arguments, output, speedSeconds: 0.01);
        return (code, output.ToString());
    }

    private void Draw()
    {
        foreach (var (animal, red, green, blue) in new (string, byte, byte, byte)[] { ("red", 255, 0, 0), ("green", 0, 255, 0), ("blue", 0, 0, 255) })
        {
            Draw($"{animal}-catalogue", red, green, blue);
            Draw($"{animal}-light", (byte)(red * 3 / 4), (byte)(green * 3 / 4), (byte)(blue * 3 / 4));
        }
    }

    private void Draw(string name, byte red, byte green, byte blue)
    {
        Directory.CreateDirectory(Pictures);
        File.WriteAllBytes(Path.Combine(Pictures, name + ".png"), TestPhotos.Png(Picture.Solid(16, 16, (red, green, blue))));
    }

    private static void ChangeWeight(string folder, float from, float to)
    {
        var file = Path.Combine(folder, "model.onnx");
        var network = File.ReadAllBytes(file);
        var at = network.AsSpan().IndexOf(BitConverter.GetBytes(from));
        Assert.True(at > 0);
        BitConverter.TryWriteBytes(network.AsSpan(at), to);
        File.WriteAllBytes(file, network);
        Edit(Path.Combine(folder, "model.json"), manifest => manifest["sha256"] = Convert.ToHexStringLower(SHA256.HashData(network)));
    }

    private static void Edit(string file, Action<JsonNode> change)
    {
        var json = JsonNode.Parse(File.ReadAllText(file))!;
        change(json);
        File.WriteAllText(file, json.ToJsonString());
    }
}
