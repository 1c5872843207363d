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
