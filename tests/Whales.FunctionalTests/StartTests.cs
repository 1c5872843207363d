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
}
