using System.Diagnostics.Metrics;
using System.Text.RegularExpressions;
using Microsoft.Extensions.DependencyInjection;
using Whales.Hosting.Metrics;
using Whales.Ingest.Api.Batches;
using Whales.Ingest.Api.Telemetry;
using Whales.Notifier.Telemetry;
using Whales.Testing;
using Whales.Worker.Models;
using Whales.Worker.Telemetry;
using Whales.Worker.Telemetry.Gpu;

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
        await using var host = await RunningHost.StartAsync(builder => builder.Services.AddSingleton<ApiMetrics>().AddSingleton<BatchMetrics>().AddSingleton<WorkerMetrics>().AddSingleton<QueueMetrics>().AddSingleton<NotifierMetrics>()
            .AddSingleton<CatalogueGauges>().AddSingleton<CatalogueMetrics>());
        using var gpus = new GpuMetrics(
            host.Services.GetRequiredService<IMeterFactory>(), ExecutionProviderChoice.Auto, TimeProvider.System, Nvml.TryLoad(new FakeNvml().Export));
        host.Services.GetRequiredService<StoreMetrics>().Of("images", "read");
        host.Services.GetRequiredService<ApiMetrics>().DeclareAgeLimits("a_model", 1, 2);
        host.Services.GetRequiredService<ApiMetrics>().DeclareModels(["a_model"]);
        host.Services.GetRequiredService<BatchMetrics>();
        host.Services.GetRequiredService<NotifierMetrics>().TelegramCalled("getMe", TimeSpan.Zero, failure: null);
        host.Services.GetRequiredService<CatalogueGauges>().DeclareModels(["a_model"]);
        host.Services.GetRequiredService<CatalogueMetrics>().DeclareModel("a_model");
        var worker = host.Services.GetRequiredService<WorkerMetrics>();
        worker.DeclareModels(["a_model"]);
        worker.DeclareThresholds("a_model", 1, 2);
        host.Services.GetRequiredService<QueueMetrics>().Serve("a_model", 0.1);
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
