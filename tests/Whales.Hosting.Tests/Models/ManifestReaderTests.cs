using System.Text.Json.Nodes;
using Whales.Hosting.Models;
using Whales.Imaging;
using Whales.Testing.Models;

namespace Whales.Hosting.Tests.Models;

public sealed class ManifestReaderTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("manifest").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public void Read_CompleteManifest_HasEveryProperty()
    {
        var folder = TestModels.Write(_root, new TestModel { Name = "one", HasCetaceanGate = true, Layout = "nhwc", Resize = "cover", Width = 20 });
        Edit(folder, json => json["quality"] = new JsonObject { ["top1"] = 0.5 });

        var manifest = ManifestReader.Read(folder);

        Assert.Equal("one", manifest.Name);
        Assert.Equal(ModelTask.Embedding, manifest.Task);
        Assert.Equal((20, 16, TensorLayout.Nhwc, ResizeMode.Cover), (manifest.Input.Width, manifest.Input.Height, manifest.Input.Layout, manifest.Input.Resize));
        Assert.Equal([0.5f, 0.5f, 0.5f], manifest.Input.Mean);
        Assert.Equal(3 * 20 * 16, manifest.Input.Values);
        Assert.Equal(("embedding", "cetacean"), (manifest.Output.Name, manifest.Output.Cetacean));
        Assert.Equal((0.9f, 0.5f, 10, 60), (manifest.Thresholds.Match, manifest.Thresholds.Cetacean, manifest.Thresholds.WarningSeconds, manifest.Thresholds.CriticalSeconds));
        Assert.Contains("top1", manifest.Quality, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_SecondsOfInference_AreThoseOfTheFileElse5And10()
    {
        var folder = TestModels.Write(_root);
        Assert.Equal((5, 10), InferenceSeconds());

        Edit(folder, json => (json["thresholds"]!["inferenceWarningSeconds"], json["thresholds"]!["inferenceCriticalSeconds"]) = (30, 60));

        Assert.Equal((30, 60), InferenceSeconds());

        (double, double) InferenceSeconds()
        {
            var thresholds = ManifestReader.Read(folder).Thresholds;
            return (thresholds.InferenceWarningSeconds, thresholds.InferenceCriticalSeconds);
        }
    }

    [Fact]
    public void Read_PrototypeShare_IsThatOfTheFileElse0AndNotForClassifiers()
    {
        var folder = TestModels.Write(_root, new TestModel { Name = "vectors" });
        Assert.Equal(0, ManifestReader.Read(folder).Match.PrototypeShare);

        Edit(folder, json => json["match"] = new JsonObject { ["prototypeShare"] = 0.4 });
        Assert.Equal(0.4f, ManifestReader.Read(folder).Match.PrototypeShare);

        var labels = TestModels.Write(_root, new TestModel { Name = "labels", IsClassifier = true });
        Edit(labels, json => json["match"] = new JsonObject { ["prototypeShare"] = 0.4 });
        Assert.Equal("match.prototypeShare", Assert.Throws<ManifestException>(() => ManifestReader.Read(labels)).Property);
    }

    [Theory]
    [InlineData("version", null, "version")]
    [InlineData("version", "\"\"", "version")]
    [InlineData("version", "3", "version")]
    [InlineData("name", "\"Upper\"", "name")]
    [InlineData("name", "\"other\"", "name")]
    [InlineData("task", "\"guessing\"", "task")]
    [InlineData("input", "7", "input")]
    [InlineData("input.width", "0", "input.width")]
    [InlineData("input.width", "1.5", "input.width")]
    [InlineData("input.height", "5000", "input.height")]
    [InlineData("input.layout", "\"NCHW\"", "input.layout")]
    [InlineData("input.mean", "[0,0]", "input.mean")]
    [InlineData("input.mean", "[0,0,\"x\"]", "input.mean[2]")]
    [InlineData("input.std", "[1,0,1]", "input.std[1]")]
    [InlineData("input.resize", "null", "input.resize")]
    [InlineData("input.colour", "1", "input.colour")]
    [InlineData("output.name", null, "output.name")]
    [InlineData("output.cetacean", "\"gate\"", "thresholds.cetacean")]
    [InlineData("batch.max", "257", "batch.max")]
    [InlineData("batch.maxDelayMs", "-1", "batch.maxDelayMs")]
    [InlineData("thresholds.match", "1.01", "thresholds.match")]
    [InlineData("match", "0.4", "match")]
    [InlineData("match", "{}", "match.prototypeShare")]
    [InlineData("match", "{ \"prototypeShare\": 1.5 }", "match.prototypeShare")]
    [InlineData("match", "{ \"prototypeShare\": 0.4, \"share\": 1 }", "match.share")]
    [InlineData("thresholds.criticalSeconds", "1", "thresholds.criticalSeconds")]
    [InlineData("thresholds.inferenceCriticalSeconds", "4", "thresholds.inferenceCriticalSeconds")]
    [InlineData("thresholds.inferenceWarningSeconds", "0", "thresholds.inferenceWarningSeconds")]
    [InlineData("sha256", "\"ABC\"", "sha256")]
    [InlineData("sha265", "\"\"", "sha265")]
    public void Read_PropertyIsWrong_NamesFileAndProperty(string path, string? value, string named)
    {
        var folder = TestModels.Write(_root);
        Edit(folder, json =>
        {
            var parts = path.Split('.');
            var parent = parts.Length == 1 ? json : json[parts[0]]!.AsObject();
            parent.Remove(parts[^1]);
            if (value is not null)
                parent[parts[^1]] = JsonNode.Parse(value);
        });

        var error = Assert.Throws<ManifestException>(() => ManifestReader.Read(folder));

        Assert.Equal(named, error.Property);
        Assert.StartsWith(Path.Combine(folder, "model.json") + ": " + named + ": ", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{ \"name\": ")]
    [InlineData("[]")]
    public void Read_NoJsonObject_NamesTheFile(string text)
    {
        var folder = TestModels.Write(_root);
        File.WriteAllText(Path.Combine(folder, "model.json"), text);

        var error = Assert.Throws<ManifestException>(() => ManifestReader.Read(folder));

        Assert.Null(error.Property);
        Assert.StartsWith(Path.Combine(folder, "model.json"), error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_PropertyGivenTwice_NamesIt()
    {
        var folder = TestModels.Write(_root);
        var file = Path.Combine(folder, "model.json");
        File.WriteAllText(file, File.ReadAllText(file).Replace("\"tier\"", "\"version\": \"2\", \"tier\"", StringComparison.Ordinal));

        Assert.Equal("version", Assert.Throws<ManifestException>(() => ManifestReader.Read(folder)).Property);
    }

    [Fact]
    public void Read_NoManifest_SaysItIsMissing()
    {
        var error = Assert.Throws<ManifestException>(() => ManifestReader.Read(_root));

        Assert.EndsWith("is missing.", error.Message, StringComparison.Ordinal);
    }

    private static void Edit(string folder, Action<JsonObject> edit)
    {
        var file = Path.Combine(folder, "model.json");
        var json = JsonNode.Parse(File.ReadAllText(file))!.AsObject();
        edit(json);
        File.WriteAllText(file, json.ToJsonString());
    }
}
