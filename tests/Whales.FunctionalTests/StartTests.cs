using Whales.FunctionalTests.Running;
using Whales.Testing;

namespace Whales.FunctionalTests;

/// <summary>A host with settings that cannot work stops at once and names the setting.</summary>
public sealed class StartTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public StartTests()
    {
        Directory.CreateDirectory(_folder.Path("models"));
        TestPictures.WriteQuickModel(_folder.Path("models"));
    }

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("Whales.Standalone", "RabbitMq__Uri", "amqp://127.0.0.1/", "RabbitMq:Uri")]
    [InlineData("Whales.Ingest.Api", "RabbitMq__Uri", null, "RabbitMq:Uri")]
    [InlineData("Whales.Worker", "RabbitMq__Uri", null, "RabbitMq:Uri")]
    [InlineData("Whales.Worker", "RabbitMq__Uri", "http://127.0.0.1/", "RabbitMq:Uri")]
    [InlineData("Whales.Standalone", "Inference__BatchSize", "0", "BatchSize")]
    [InlineData("Whales.Standalone", "Inference__Threads", "many", "Inference:Threads")]
    [InlineData("Whales.Standalone", "Relay__Window", "0", "Window")]
    [InlineData("Whales.Standalone", "Ingest__MaxPhotoBytes", "5", "MaxPhotoBytes")]
    [InlineData("Whales.Standalone", "ImageStore__Kind", "tape", "ImageStore:Kind")]
    [InlineData("Whales.Worker", "ImageStore__Kind", "s3", "ImageStore:S3:Bucket")]
    [InlineData("Whales.Standalone", "ApiKeys__Keys", "alice:submit:secret", "ApiKeys:Keys, entry 1")]
    [InlineData("Whales.Standalone", "Storage__SqliteFile", "", "Storage:SqliteFile")]
    [InlineData("Whales.Standalone", "Models__Folder", "/nowhere/models", "Models:Folder")]
    [InlineData("Whales.Worker", "Models__Folder", "/nowhere/models", "Models:Folder")]
    public async Task Host_SettingThatCannotWork_StopsAndNamesIt(string project, string setting, string? value, string named)
    {
        var broker = project == "Whales.Standalone" ? null : "amqp://127.0.0.1:1/";
        await using var host = HostProcess.Start(project, new Dictionary<string, string?>
        {
            ["Storage__SqliteFile"] = _folder.Path("whales.db"),
            ["ImageStore__Folder"] = _folder.Path("images"),
            ["Models__Folder"] = _folder.Path("models"),
            ["RabbitMq__Uri"] = broker,
            [setting] = value,
        });

        Assert.NotEqual(0, await host.WaitForExitAsync(TimeSpan.FromSeconds(30)));
        Assert.Contains(host.Output, line => line.Contains(named, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Host_SeveralSettingsThatCannotWork_NamesThemAllInALine()
    {
        await using var host = HostProcess.Start("Whales.Standalone", new Dictionary<string, string?>
        {
            ["Models__Folder"] = _folder.Path("models"),
            ["Proxies__Trusted__0"] = "the proxy",
            ["ApiKeys__Keys"] = "alice:submit:secret",
        });

        Assert.Equal(1, await host.WaitForExitAsync(TimeSpan.FromSeconds(60)));
        Assert.Contains(host.Output, line => line.Contains("Proxies:Trusted", StringComparison.Ordinal) && line.Contains("ApiKeys:Keys", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("Whales.Standalone")]
    [InlineData("Whales.Ingest.Api")]
    public async Task Host_BeyondLoopbackWithoutKeys_DoesNotStart(string project)
    {
        await using var host = HostProcess.Start(
            project,
            new Dictionary<string, string?>
            {
                ["Storage__SqliteFile"] = _folder.Path("whales.db"),
                ["ImageStore__Folder"] = _folder.Path("images"),
                ["Models__Folder"] = _folder.Path("models"),
                ["RabbitMq__Uri"] = project == "Whales.Standalone" ? null : "amqp://127.0.0.1:1/",
            },
            // It ends before it listens.
            arguments: ["--urls", "http://0.0.0.0:0"]);

        Assert.Equal(1, await host.WaitForExitAsync(TimeSpan.FromSeconds(60)));
        Assert.Contains(host.Output, line => line.Contains("make-key", StringComparison.Ordinal));
        Assert.DoesNotContain(host.Output, line => line.Contains("listens on", StringComparison.Ordinal));
    }

    [Fact]
    public async Task MakeKey_Line_IsTakenFromAFileAndTheKeyOpensTheApi()
    {
        await using var maker = HostProcess.Start("Whales.Ingest.Api", arguments: ["make-key", "survey-7", "--scopes", "submit"]);
        Assert.Equal(0, await maker.WaitForExitAsync());
        var key = Assert.Single(maker.Output, line => line.Trim().StartsWith("whales_", StringComparison.Ordinal)).Trim();
        await File.WriteAllTextAsync(_folder.Path("keys"), Assert.Single(maker.Output, line => line.Trim().StartsWith("survey-7:", StringComparison.Ordinal)).Trim() + "\n");

        await using var system = await StandaloneSystem.StartAsync(
            TestPictures.WriteQuickModel, new Dictionary<string, string?> { ["ApiKeys__Keys_FILE"] = _folder.Path("keys") });
        var (refused, _, _) = await system.Client.TrySubmitAsync(TestPictures.Red, TestPictures.QuickModel);
        system.Client.Http.DefaultRequestHeaders.Add("X-Api-Key", key);
        var accepted = await system.Client.SubmitAsync(TestPictures.Red, TestPictures.QuickModel);

        Assert.Equal(System.Net.HttpStatusCode.Unauthorized, refused);
        Assert.Equal(Whales.Contracts.IdentificationStatus.Succeeded, (await system.Client.FinishedAsync(accepted.Id)).Status);
    }
}
