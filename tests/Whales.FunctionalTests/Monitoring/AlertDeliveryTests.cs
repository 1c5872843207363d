using Whales.FunctionalTests.Running;
using Whales.Testing;
using Whales.Testing.Monitoring;

namespace Whales.FunctionalTests.Monitoring;

/// <summary>
/// From something that stops to a message a person reads: the running system, a real Prometheus with our rules, a real Alertmanager with our
/// routes and the notifier (a dry run). Prometheus asks every second, groups wait one, and the alerts that are looked for fire after five.
/// </summary>
public sealed class AlertDeliveryTests : IDisposable
{
    // Two cores may have a whole test suite to run.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Worker_Stopped_IsToldAndResolvedWhenItIsBack()
    {
        await using var cluster = await Cluster.StartAsync(TestPictures.WriteQuickModel, privateBroker: true);
        var worker = await cluster.StartWorkerAsync();
        await using var notifier = await StartNotifierAsync(cluster);
        await using var alertmanager = await AlertmanagerServer.StartAsync(AlertmanagerServer.OurRoutesTo(notifier.Url, NotifierProcess.Token));
        await using var prometheus = await StartPrometheusAsync(cluster, worker, notifier, alertmanager, "ModelNotLoaded");
        using var outbox = new Outbox(notifier.Url);
        await prometheus.WaitForUpAsync("whales-worker");
        await WaitForFiringAsync(prometheus, "ModelNotLoaded", expected: false);

        var stopped = DateTimeOffset.UtcNow;
        worker.Terminate();
        Assert.Equal(0, await worker.WaitForExitAsync());

        await WaitForFiringAsync(prometheus, "ModelNotLoaded", expected: true);
        var told = await outbox.WaitForAsync(Patience, stopped, "ModelNotLoaded", "<b>🔥");
        Assert.Contains(TestPictures.QuickModel, told, StringComparison.Ordinal);

        var started = DateTimeOffset.UtcNow;
        await cluster.StartWorkerAsync(port: worker.Url.Port);

        await WaitForFiringAsync(prometheus, "ModelNotLoaded", expected: false);
        await outbox.WaitForAsync(Patience, started, "ModelNotLoaded", "<b>✅");
    }

    [Fact]
    public async Task Broker_Stopped_IsToldAlthoughTheNotifiersBusIsDown()
    {
        await using var cluster = await Cluster.StartAsync(TestPictures.WriteQuickModel, privateBroker: true);
        var worker = await cluster.StartWorkerAsync();
        await using var notifier = await StartNotifierAsync(cluster);
        await using var alertmanager = await AlertmanagerServer.StartAsync(AlertmanagerServer.OurRoutesTo(notifier.Url, NotifierProcess.Token));
        await using var prometheus = await StartPrometheusAsync(cluster, worker, notifier, alertmanager, "BrokerDown");
        using var outbox = new Outbox(notifier.Url);
        await prometheus.WaitForUpAsync("rabbitmq");
        await WaitForFiringAsync(prometheus, "BrokerDown", expected: false);

        var stopped = DateTimeOffset.UtcNow;
        await cluster.PrivateBroker!.StopAsync();

        await WaitForFiringAsync(prometheus, "BrokerDown", expected: true);
        await outbox.WaitForAsync(Patience, stopped, "BrokerDown", "<b>🔥");

        var started = DateTimeOffset.UtcNow;
        await cluster.PrivateBroker!.StartAsync();

        await WaitForFiringAsync(prometheus, "BrokerDown", expected: false);
        await outbox.WaitForAsync(Patience, started, "BrokerDown", "<b>✅");
    }

    private static Task WaitForFiringAsync(PrometheusServer prometheus, string alert, bool expected) => Eventually.UntilAsync(
        async () => (await prometheus.FiringAsync()).Contains(alert) == expected, Patience, () => $"{alert} fires: {expected}");

    private static Task<PrometheusServer> StartPrometheusAsync(Cluster cluster, HostProcess worker, HostProcess notifier, AlertmanagerServer alertmanager, string hasty) =>
        PrometheusServer.StartAsync(
            new Dictionary<string, Uri>
            {
                ["api"] = cluster.Api.Url,
                ["notifier"] = notifier.Url,
                ["rabbitmq"] = cluster.PrivateBroker!.MetricsUri!,
                ["alertmanager"] = alertmanager.Url,
            },
            [worker.Url], hasty);

    private Task<HostProcess> StartNotifierAsync(Cluster cluster) => NotifierProcess.StartAsync(cluster.Broker, _folder.Path("notifier.db"));
}
