using System.Text.Json;
using Whales.Contracts;
using Whales.FunctionalTests.Running;
using Whales.Testing;

namespace Whales.FunctionalTests;

/// <summary>A broker that raises no error and takes nothing: blocked by an alarm, or stopped in its tracks.</summary>
public sealed class StalledBrokerTests
{
    private const string Model = TestPictures.QuickModel;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    private static Dictionary<string, string?> QuickLease => new() { ["Relay__Lease"] = "00:00:06", ["RabbitMq__SendTimeout"] = "00:00:02" };

    [Fact]
    public async Task Broker_MemoryAlarm_IsNoticedAndPhotosAreAccepted()
    {
        await using var cluster = await Cluster.StartAsync(TestPictures.WriteQuickModel, privateBroker: true, QuickLease);
        await cluster.StartWorkerAsync();
        await IdentifyOneAsync(cluster);
        await cluster.PrivateBroker!.SetMemoryAlarmAsync(true);

        await AcceptsAndNoticesAsync(cluster);

        await cluster.PrivateBroker!.SetMemoryAlarmAsync(false);
        await RecoversAsync(cluster);
    }

    [Fact]
    public async Task Broker_StandsStill_IsNoticedAndPhotosAreAccepted()
    {
        await using var cluster = await Cluster.StartAsync(TestPictures.WriteQuickModel, privateBroker: true, QuickLease);
        await cluster.StartWorkerAsync();
        await IdentifyOneAsync(cluster);
        cluster.PrivateBroker!.Pause();

        await AcceptsAndNoticesAsync(cluster);

        cluster.PrivateBroker!.Resume();
        await RecoversAsync(cluster);
    }

    [Fact]
    public async Task Broker_AlarmWhileAWorkerStarts_WorkerOpensItsQueuesAfterwards()
    {
        await using var cluster = await Cluster.StartAsync(TestPictures.WriteQuickModel, privateBroker: true, QuickLease);
        var worker = await StartBlockedWorkerAsync(cluster);
        // How long the alarm lasts: longer than RabbitMQ's client waits for an answer unless told otherwise (20 s).
        await Task.Delay(TimeSpan.FromSeconds(25), TestContext.Current.CancellationToken);

        await cluster.PrivateBroker!.SetMemoryAlarmAsync(false);

        await worker.WaitForReadyAsync();
        await IdentifyOneAsync(cluster);
    }

    [Fact]
    public async Task Stop_DuringAnAlarm_EndsTheHostsAllTheSame()
    {
        var limits = new Dictionary<string, string?>(QuickLease) { ["DOTNET_shutdownTimeoutSeconds"] = "3", ["RabbitMq__DrainTimeout"] = "00:00:01" };
        await using var cluster = await Cluster.StartAsync(TestPictures.WriteQuickModel, privateBroker: true, limits);
        var served = await cluster.StartWorkerAsync();
        var blocked = await StartBlockedWorkerAsync(cluster);

        foreach (var host in new[] { served, blocked, cluster.Api })
        {
            host.Terminate();
            Assert.Equal(0, await host.WaitForExitAsync(Patience));
        }
    }

    /// <summary>A worker that is started during an alarm, and has run into it.</summary>
    private static async Task<HostProcess> StartBlockedWorkerAsync(Cluster cluster)
    {
        await cluster.PrivateBroker!.SetMemoryAlarmAsync(true);
        var worker = await cluster.StartWorkerAsync(ready: false);
        await Eventually.UntilAsync(() => cluster.PrivateBroker!.IsBlockedAsync("Whales.Worker"), Patience, "the worker is blocked");
        return worker;
    }

    private static async Task IdentifyOneAsync(Cluster cluster) =>
        Assert.Equal(IdentificationStatus.Succeeded, (await cluster.Client.FinishedAsync((await cluster.Client.SubmitAsync(TestPictures.Red, Model)).Id)).Status);

    private static async Task AcceptsAndNoticesAsync(Cluster cluster)
    {
        Assert.Equal(0, await Metrics.ReadAsync(cluster.Api.Url, "whales_broker_stalled"));
        for (var i = 0; i < 10; i++)
            await cluster.Client.SubmitAsync(TestPictures.Red, Model);

        await Eventually.UntilAsync(async () => await Metrics.ReadAsync(cluster.Api.Url, "whales_broker_stalled") == 1, Patience, "the gauge tells of it");
        await cluster.Api.WaitForOutputAsync("The broker has confirmed nothing for");
        Assert.Equal("degraded", await HealthAsync(cluster));
        // And goes on accepting.
        for (var i = 0; i < 10; i++)
            await cluster.Client.SubmitAsync(TestPictures.Red, Model);
    }

    private static async Task RecoversAsync(Cluster cluster)
    {
        Assert.All(await cluster.Client.AllFinishedAsync(), i => Assert.Equal(IdentificationStatus.Succeeded, i.Status));
        await Eventually.UntilAsync(async () => await Metrics.ReadAsync(cluster.Api.Url, "whales_broker_stalled") == 0, Patience, "the gauge is down");
        await cluster.Api.WaitForOutputAsync("The broker takes photos again");
    }

    private static async Task<string?> HealthAsync(Cluster cluster)
    {
        using var health = JsonDocument.Parse(await cluster.Client.Http.GetStringAsync(new Uri("health/ready", UriKind.Relative)));
        return health.RootElement.GetProperty("checks").EnumerateArray().Single(check => check.GetProperty("name").GetString() == "sending").GetProperty("status").GetString();
    }
}
