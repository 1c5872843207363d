using Whales.Notifier.Tests.Running;
using Whales.Testing;

namespace Whales.Notifier.Tests.Delivery;

/// <summary>Telegram is away for longer than anybody waits; the notifier's clock is set on meanwhile.</summary>
public sealed class LongOutageTests
{
    [Fact]
    public async Task Outage_OfAnHour_EndsWithAllButWhatIsTooOldAndSaysWhatIsMissing()
    {
        var clock = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(clock, "+0s", TestContext.Current.CancellationToken);
            await using var telegram = await FakeBotApi.StartAsync();
            // With the defaults of a real notifier for what it drops.
            var settings = FakeClock.Settings(clock);
            // Each alert is a message of its own.
            settings["Notifier__Coalesce"] = settings["Notifier__CoalesceCritical"] = "00:00:00";
            await using var notifier = await RunningNotifier.StartAsync(telegram, settings);
            await telegram.GoAwayAsync();
            await notifier.AcceptAsync(Payloads.Firing("Grave", "critical"));
            await notifier.AcceptAsync(Payloads.Firing("Middling", "warning"));
            await notifier.AcceptAsync(Payloads.Firing("Slight", "info"));
            await Eventually.UntilAsync(
                async () => await notifier.MetricAsync("whales_notifier_telegram_errors_total{code=\"network\"}") >= 1, RunningNotifier.Patience, () => "a try in vain");

            await File.WriteAllTextAsync(clock, "+61m", TestContext.Current.CancellationToken);
            await Eventually.UntilAsync(
                async () => await notifier.MetricAsync("whales_notifier_backlog_oldest_seconds") >= 3600, RunningNotifier.Patience, () => "an hour has gone by");
            Assert.Contains("Nothing could be sent since", (await notifier.ReadyAsync()).Body, StringComparison.Ordinal);
            await telegram.ComeBackAsync();

            await Eventually.UntilAsync(() => Told("Grave") == 1 && Told("Middling") == 1, RunningNotifier.Patience, "what does not expire in an hour");
            await Eventually.UntilAsync(
                async () => await notifier.MetricAsync("whales_notifier_deliveries_total{channel=\"telegram\",outcome=\"dropped\"}") == 1, RunningNotifier.Patience, () => "the rest is dropped");
            Assert.Equal(0, Told("Slight"));
            await notifier.Process.WaitForReadyAsync();

            int Told(string name) => telegram.Messages.Count(message => message.Text.Contains(name, StringComparison.Ordinal));
        }
        finally
        {
            File.Delete(clock);
        }
    }
}
