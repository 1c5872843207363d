using Whales.Hosting.Models;
using Whales.Testing.Models;

namespace Whales.Hosting.Tests.Models;

public sealed class ModelFoldersTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("folders").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public void Scan_GoodAndBrokenFolders_TellsBoth()
    {
        TestModels.Write(_root, new TestModel { Name = "b" });
        TestModels.Write(_root, new TestModel { Name = "a" });
        Directory.CreateDirectory(Path.Combine(_root, "empty"));
        Directory.CreateDirectory(Path.Combine(_root, ".git"));
        File.WriteAllText(Path.Combine(_root, "README.md"), "");

        var folders = ModelFolders.Scan(_root);

        Assert.Equal(["a", "b"], folders.Models.Select(model => model.Manifest.Name));
        var broken = Assert.Single(folders.Broken);
        Assert.Equal("empty", broken.Name);
        Assert.Contains("model.json", broken.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Scan_NoSuchFolder_Throws() =>
        Assert.Throws<DirectoryNotFoundException>(() => ModelFolders.Scan(Path.Combine(_root, "none")));

    [Theory]
    [InlineData("", null, null)]
    [InlineData("one:fast", null, "one")]
    [InlineData("a:fast b:balanced c:balanced", null, "b")]
    [InlineData("a:balanced b:fast c:accurate", null, "c")]
    [InlineData("a:fast b:rare", null, "a")]
    [InlineData("a:fast b:balanced", "a", "a")]
    [InlineData("a:fast", "missing", "missing")]
    [InlineData("a:fast b:accurate c:balanced", null, "c", "a", "c")]
    [InlineData("a:fast b:accurate", null, "b", "c")]
    [InlineData("a:fast b:accurate", "b", "b", "a")]
    public void DefaultName_OfTheseModels_IsAsDocumented(string models, string? configured, string? expected, params string[] served)
    {
        foreach (var model in models.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(m => m.Split(':')))
            TestModels.Write(_root, new TestModel { Name = model[0], Tier = model[1] });

        var options = new ModelsOptions { Default = configured };
        foreach (var name in served)
            options.Serve.Add(name);
        Assert.Equal(expected, ModelFolders.Scan(_root).DefaultName(options));
    }

    [Theory]
    [InlineData("", "a", true)]
    [InlineData("a", "a", true)]
    [InlineData("b c", "a", false)]
    public void Serves_TheseNames_IsAsListed(string serve, string model, bool expected)
    {
        var options = new ModelsOptions();
        foreach (var name in serve.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            options.Serve.Add(name);

        Assert.Equal(expected, options.Serves(model));
    }
}
