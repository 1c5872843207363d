using System.Text.RegularExpressions;
using Whales.Testing.Models;
using Whales.Worker.Models;

namespace Whales.Worker.Tests.Models;

public sealed class CheckModelCommandTests : ModelFixture
{
    [Fact]
    public async Task RunAsync_GoodModel_IsAllRight()
    {
        var (code, text) = await CheckAsync(TestModels.Write(Root, new TestModel { HasCetaceanGate = true }));

        Assert.Equal(0, code);
        Assert.Contains("12 embeddings of 6 individuals, 4 values each", text, StringComparison.Ordinal);
        Assert.Contains("with a cetacean gate", text, StringComparison.Ordinal);
        Assert.Contains("one run", text, StringComparison.Ordinal);
        Assert.Contains("all right", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task RunAsync_NetworkAndCatalogueAreWrong_TellsBoth()
    {
        var folder = TestModels.Write(Root, new TestModel { InputName = "picture" });
        File.AppendAllText(Path.Combine(folder, "catalogue.csv"), "x.jpg,somebody,,\n");

        var (code, text) = await CheckAsync(folder);

        Assert.Equal(1, code);
        Assert.Contains("has no input 'image'", text, StringComparison.Ordinal);
        Assert.Contains("names 13 rows", text, StringComparison.Ordinal);
        Assert.Contains("something is wrong", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task RunAsync_DimensionsAndHashAreWrong_TellsBoth()
    {
        var folder = TestModels.Write(Root);
        TestModels.WriteNpy(Path.Combine(folder, "catalogue.npy"), [.. Enumerable.Range(0, 12).Select(_ => new float[] { 1, 0, 0 })]);
        var manifest = Path.Combine(folder, "model.json");
        File.WriteAllText(manifest, Regex.Replace(File.ReadAllText(manifest), "[0-9a-f]{64}", new string('0', 64)));

        var (code, text) = await CheckAsync(folder);

        Assert.Equal(1, code);
        Assert.Contains($"the manifest says {new string('0', 64)}", text, StringComparison.Ordinal);
        Assert.Contains("the network gives 4 values for a photo, catalogue.npy has 3", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task RunAsync_ManifestIsWrong_SaysSoAndEndsAsOtherErrorsDo()
    {
        var folder = TestModels.Write(Root);
        var manifest = Path.Combine(folder, "model.json");
        File.WriteAllText(manifest, File.ReadAllText(manifest).Replace("\"layout\"", "\"order\": 1, \"layout\"", StringComparison.Ordinal));

        var (code, text) = await CheckAsync(folder);

        Assert.Equal(1, code);
        Assert.Contains("input.order: is not known here; known are name, width, height, layout", text, StringComparison.Ordinal);
        Assert.EndsWith($"something is wrong{Environment.NewLine}", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task RunAsync_OneOfTwoIsWrong_ChecksBothAndFails()
    {
        var good = TestModels.Write(Root);

        var (code, text) = await CheckAsync(Path.Combine(Root, "none"), good);

        Assert.Equal(1, code);
        Assert.Contains("model.json: is missing.", text, StringComparison.Ordinal);
        Assert.Contains("all right", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task RunAsync_NoFolder_SaysHowToUseIt() => Assert.Equal(2, (await CheckAsync()).Code);

    private static async Task<(int Code, string Text)> CheckAsync(params string[] folders)
    {
        using var output = new StringWriter();
        var code = await CheckModelCommand.RunAsync(folders, output);
        return (code, output.ToString());
    }
}
