using System.Text.RegularExpressions;
using Microsoft.Extensions.DependencyInjection;
using Whales.Hosting.Metrics;
using Whales.Ingest.Api.Telemetry;
using Whales.Notifier.Telemetry;
using Whales.Testing;
using Whales.Worker.Telemetry;

namespace Whales.Hosting.Tests.Documents;

/// <summary>docs/metrics.md has a line for each metric of every host, and none for what is gone.</summary>
public sealed partial class MetricsDocumentTests
{
    private static readonly string Document = File.ReadAllText(Path.Combine(Repository.Root, "docs", "metrics.md"));

    [Fact]
    public async Task Metrics_ServedByTheHosts_AreDocumented()
    {
        var served = await ServedAsync();

        Assert.All(served, name => Assert.Contains($"`{name}`", Document, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Metrics_OursInTheDocument_AreServed()
    {
        var served = await ServedAsync();
        var documented = OurMetric().Matches(Document).Select(match => match.Groups[1].Value).Distinct();

        Assert.All(documented, name => Assert.Contains(name, served));
    }

    /// <summary>Names of a host that has the parts of all hosts, after a request.</summary>
    private static async Task<IReadOnlyCollection<string>> ServedAsync()
    {
        await using var host = await RunningHost.StartAsync(builder => builder.Services.AddSingleton<ApiMetrics>().AddSingleton<WorkerMetrics>().AddSingleton<NotifierMetrics>());
        host.Services.GetRequiredService<ApiMetrics>().DeclareModels(["a_model"]);
        host.Services.GetRequiredService<NotifierMetrics>().TelegramCalled("getMe", TimeSpan.Zero, failure: null);
        var worker = host.Services.GetRequiredService<WorkerMetrics>();
        worker.DeclareModels(["a_model"]);
        worker.ModelLoaded("a_model", new LoadedModel { Version = "1", Sha256 = "0123456789", ExecutionProvider = "cpu", Input = "2x2", Precision = "fp32" });
        using var missing = await host.Client.GetAsync("/nothing", TestContext.Current.CancellationToken);

        var page = await host.Client.GetStringAsync(MetricsEndpoint.Path, TestContext.Current.CancellationToken);
        var names = TypeLine().Matches(page).Select(match => match.Groups[1].Value).ToHashSet();
        Assert.Contains("http_server_request_duration_seconds", names);
        return names;
    }

    [GeneratedRegex("^# TYPE ([^ ]+) ", RegexOptions.Multiline)]
    private static partial Regex TypeLine();

    [GeneratedRegex("^\\| `(whales_[a-z0-9_]+)`", RegexOptions.Multiline)]
    private static partial Regex OurMetric();
}
