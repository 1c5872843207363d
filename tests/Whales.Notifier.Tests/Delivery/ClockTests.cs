using Whales.Notifier.Tests.Running;
using Whales.Testing;

namespace Whales.Notifier.Tests.Delivery;

/// <summary>The clock of the machine is set back by an hour: pauses between calls of the Bot API do not become an hour longer.</summary>
public sealed class ClockTests : IDisposable
{
    private readonly string _clock = Path.GetTempFileName();

    public void Dispose() => File.Delete(_clock);

    [Fact]
    public async Task SetBack_AfterAMessage_DoesNotHoldTheChat()
    {
        await using var telegram = await FakeBotApi.StartAsync();
        await using var notifier = await StartAsync(telegram);
        await notifier.AcceptAsync(Payloads.Firing("Before"));
        await Eventually.UntilAsync(() => telegram.Messages.Count == 1, RunningNotifier.Patience, "the message before");

        await SetBackAsync(notifier);
        await notifier.AcceptAsync(Payloads.Firing("After", group: "another"));

        await Eventually.UntilAsync(() => telegram.Messages.Count == 2, RunningNotifier.Patience, "the message after");
    }

    [Fact]
    public async Task SetBack_WhileAChatIsRefused_ItIsCheckedAgainAllTheSame()
    {
        await using var telegram = await FakeBotApi.StartAsync();
        telegram.Answer("getChat", 403, "Forbidden: bot was kicked from the supergroup chat", times: 10_000);
        await using var notifier = await StartAsync(telegram, ready: false);
        await Eventually.UntilAsync(() => Checks() > 0, RunningNotifier.Patience, "the first check");

        await SetBackAsync(notifier);
        // Several: not every thread of the notifier sees the new time at once.
        var before = Checks();
        await Eventually.UntilAsync(() => Checks() > before + 5, RunningNotifier.Patience, "further checks");
        telegram.ForgetRules();

        await notifier.Process.WaitForReadyAsync();

        int Checks() => telegram.Calls.Count(call => call.Method == "getChat");
    }

    private async Task<RunningNotifier> StartAsync(FakeBotApi telegram, bool ready = true)
    {
        await File.WriteAllTextAsync(_clock, "+0s", TestContext.Current.CancellationToken);
        return await RunningNotifier.StartAsync(telegram, FakeClock.Settings(_clock), ready);
    }

    /// <summary>Returns when the notifier goes by it: what it notes of a heartbeat tells its time.</summary>
    private async Task SetBackAsync(RunningNotifier notifier)
    {
        var before = DateTimeOffset.UtcNow.AddMinutes(-30).ToUnixTimeSeconds();
        await File.WriteAllTextAsync(_clock, "-60m", TestContext.Current.CancellationToken);
        await Eventually.UntilAsync(
            async () =>
            {
                await notifier.AcceptAsync(Payloads.Firing("Watchdog", "none"), "/webhook/alertmanager/watchdog");
                var seen = await notifier.MetricAsync("whales_notifier_watchdog_last_seen_timestamp_seconds");
                return seen > 0 && seen < before;
            },
            RunningNotifier.Patience, () => "the notifier's clock is set back");
    }
}
