using Whales.Notifier.Tests.Running;
using Whales.Testing;

namespace Whales.Notifier.Tests.Heartbeat;

/// <summary>The dead man's switch.</summary>
public sealed class HeartbeatTests
{
    private static readonly Dictionary<string, string?> Quick = new() { ["Heartbeat__MissingAfter"] = "00:00:03", ["Heartbeat__RepeatEvery"] = "00:00:02", ["Heartbeat__Expected"] = "true" };

    [Fact]
    public async Task Watchdog_ThatStopsAndComesBack_IsToldBothTimes()
    {
        await using var telegram = await FakeBotApi.StartAsync();
        await using var notifier = await RunningNotifier.StartAsync(telegram, Quick);
        await notifier.AcceptAsync(Payloads.Firing("Watchdog", "none"), "/webhook/alertmanager/watchdog");
        Assert.True(await notifier.MetricAsync("whales_notifier_events_total{severity=\"none\",source=\"watchdog\"}") >= 1);

        // The first time, and again.
        await Eventually.UntilAsync(() => telegram.Messages.Count >= 2, RunningNotifier.Patience, "the heartbeat is missed");
        var missed = telegram.Messages.Count;
        await notifier.AcceptAsync(Payloads.Firing("Watchdog", "none"), "/webhook/alertmanager/default");
        await Eventually.UntilAsync(() => telegram.Messages.Count > missed, RunningNotifier.Patience, "it is back");

        Assert.NotEqual(telegram.Messages[0].Text, telegram.Messages[^1].Text);
        Assert.All(telegram.Messages, message => Assert.False(message.Body.GetProperty("disable_notification").GetBoolean()));
        await Eventually.UntilAsync(async () => await notifier.MetricAsync("whales_notifier_watchdog_last_seen_timestamp_seconds") > 0, RunningNotifier.Patience, () => "the gauge");
    }

    [Fact]
    public async Task Watchdog_ThatNeverCame_IsMissedToo()
    {
        await using var telegram = await FakeBotApi.StartAsync();
        await using var notifier = await RunningNotifier.StartAsync(telegram, Quick);

        await Eventually.UntilAsync(() => telegram.Messages.Count >= 1, RunningNotifier.Patience, "the heartbeat is missed");
    }
}
