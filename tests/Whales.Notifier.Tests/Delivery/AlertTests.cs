using Whales.Notifier.Tests.Running;
using Whales.Testing;

namespace Whales.Notifier.Tests.Delivery;

/// <summary>From a webhook to the chat, with the real process.</summary>
public sealed class AlertTests
{
    [Fact]
    public async Task Webhook_FiringThenResolved_EditsTheFirstMessage()
    {
        await using var telegram = await FakeBotApi.StartAsync();
        await using var notifier = await RunningNotifier.StartAsync(telegram);

        await notifier.AcceptAsync(Payloads.Firing());
        await Eventually.UntilAsync(() => telegram.Messages.Count == 1, RunningNotifier.Patience, "one message");
        await notifier.AcceptAsync(Payloads.Resolved());
        await Eventually.UntilAsync(() => telegram.Edits.Count == 1, RunningNotifier.Patience, "one edit");

        var message = telegram.Messages[0];
        Assert.Equal(RunningNotifier.Chat, message.Chat);
        Assert.Contains("HighErrorRate", message.Text, StringComparison.Ordinal);
        Assert.Equal(message.Sent, telegram.Edits[0].MessageId);
        Assert.Contains("✅", telegram.Edits[0].Text, StringComparison.Ordinal);
        Assert.Equal(1, await notifier.MetricAsync("whales_notifier_deliveries_total{channel=\"telegram\",outcome=\"sent\"}"));
        Assert.Equal(1, await notifier.MetricAsync("whales_notifier_deliveries_total{channel=\"telegram\",outcome=\"edited\"}"));
        Assert.Equal(1, await notifier.MetricAsync("telegram_bot_configured"));
    }

    [Fact]
    public async Task Webhook_FromBothOfAPair_IsToldOnce()
    {
        await using var telegram = await FakeBotApi.StartAsync();
        await using var notifier = await RunningNotifier.StartAsync(telegram);

        await notifier.AcceptAsync(Payloads.Firing());
        await notifier.AcceptAsync(Payloads.Firing());
        await notifier.AcceptAsync(Payloads.Firing("Another"));
        await Eventually.UntilAsync(() => telegram.Messages.Any(message => message.Text.Contains("Another", StringComparison.Ordinal)), RunningNotifier.Patience, "the later one");

        Assert.Single(telegram.Messages, message => message.Text.Contains("HighErrorRate", StringComparison.Ordinal));
        Assert.Equal(1, await notifier.MetricAsync("whales_notifier_webhook_requests_total{status=\"duplicate\"}"));
        Assert.Equal(3, await notifier.MetricAsync("telegram_webhook_requests_total"));
    }
}
