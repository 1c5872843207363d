using Whales.Notifier.Tests.Running;
using Whales.Testing;

namespace Whales.Notifier.Tests.Delivery;

/// <summary>What Telegram may answer besides yes, each against the running notifier.</summary>
public sealed class TelegramFaultTests
{
    private const long Fallback = -2002;

    private static readonly Dictionary<string, string?> WithFallback = new()
    {
        ["Telegram__Chats__ops__Fallback"] = "spare",
        ["Telegram__Chats__spare__Id"] = "-2002",
        ["Notifier__Routes__default__0"] = "ops",
    };

    [Fact]
    public async Task TooManyRequests_InOneChat_WaitsThereAsLongAsAskedAndGoesOnElsewhere()
    {
        await using var telegram = await FakeBotApi.StartAsync();
        await using var notifier = await RunningNotifier.StartAsync(telegram, new Dictionary<string, string?>
        {
            ["Telegram__Chats__other__Id"] = "-3003",
            ["Notifier__Routes__critical__0"] = "ops",
            ["Notifier__Routes__info__0"] = "other",
        });
        telegram.Answer("sendMessage", 429, "Too Many Requests: retry after 3", new { retry_after = 3 }, RunningNotifier.Chat);

        await notifier.AcceptAsync(Payloads.Firing("Held", "critical"), "/webhook/alertmanager/critical");
        await Eventually.UntilAsync(() => telegram.Calls.Any(call => call.Status == 429), RunningNotifier.Patience, "Telegram asked to wait");
        await notifier.AcceptAsync(Payloads.Firing("Elsewhere", "info"), "/webhook/alertmanager/info");
        await Eventually.UntilAsync(() => telegram.Messages.Count == 2, RunningNotifier.Patience, "both messages");

        Assert.Equal([-3003, RunningNotifier.Chat], telegram.Messages.Select(message => message.Chat));
        var asked = telegram.Calls.Single(call => call.Status == 429).At;
        Assert.True(telegram.Messages[1].At - asked >= TimeSpan.FromSeconds(3), "the chat was left alone as long as asked");
        Assert.True(await notifier.MetricAsync("whales_notifier_rate_limited_seconds_total") >= 3);
        Assert.Equal(1, await notifier.MetricAsync("whales_notifier_telegram_errors_total{code=\"429\"}"));
    }

    [Theory]
    [InlineData(500)]
    [InlineData(502)]
    [InlineData(504)]
    public async Task ServerError_SeveralTimes_IsTriedAgainUntilItArrives(int status)
    {
        await using var telegram = await FakeBotApi.StartAsync();
        await using var notifier = await RunningNotifier.StartAsync(telegram);
        telegram.Answer("sendMessage", status, "Internal", times: 3);

        await notifier.AcceptAsync(Payloads.Firing());
        await Eventually.UntilAsync(() => telegram.Messages.Count == 1, RunningNotifier.Patience, "the message");

        Assert.Equal(4, telegram.Calls.Count(call => call.Method == "sendMessage"));
        Assert.Equal(3, await notifier.MetricAsync("whales_notifier_telegram_errors_total{code=\"5xx\"}"));
    }

    [Fact]
    public async Task Timeout_OfASend_IsTriedAgain()
    {
        await using var telegram = await FakeBotApi.StartAsync();
        await using var notifier = await RunningNotifier.StartAsync(telegram, new Dictionary<string, string?> { ["Telegram__RequestTimeout"] = "00:00:01" });
        telegram.Delay("sendMessage", TimeSpan.FromSeconds(30));

        await notifier.AcceptAsync(Payloads.Firing());
        await Eventually.UntilAsync(() => telegram.Calls.Count(call => call is { Method: "sendMessage", Sent: > 0 }) == 1, RunningNotifier.Patience, "the second try");

        Assert.Equal(1, await notifier.MetricAsync("whales_notifier_telegram_errors_total{code=\"timeout\"}"));
    }

    [Fact]
    public async Task Outage_WhileAlertsComeAndGo_EndsWithWhatIsTrue()
    {
        await using var telegram = await FakeBotApi.StartAsync();
        await using var notifier = await RunningNotifier.StartAsync(telegram);
        await telegram.GoAwayAsync();

        await notifier.AcceptAsync(Payloads.Firing("CameAndWent"));
        await notifier.AcceptAsync(Payloads.Firing("Stays", "critical"));
        await Eventually.UntilAsync(
            async () => await notifier.MetricAsync("whales_notifier_telegram_errors_total{code=\"network\"}") >= 2, RunningNotifier.Patience, () => "tries in vain");
        await notifier.AcceptAsync(Payloads.Resolved("CameAndWent"));
        await Eventually.UntilAsync(async () => await notifier.MetricAsync("whales_notifier_backlog{severity=\"critical\"}") >= 1, RunningNotifier.Patience, () => "a backlog");
        await telegram.ComeBackAsync();
        await Eventually.UntilAsync(
            async () => await notifier.MetricAsync("whales_notifier_backlog{severity=\"critical\"}") + await notifier.MetricAsync("whales_notifier_backlog{severity=\"warning\"}") == 0,
            RunningNotifier.Patience, () => "nothing waits");

        var texts = string.Join('\n', telegram.Messages.Select(message => message.Text));
        Assert.Contains("Stays", texts, StringComparison.Ordinal);
        Assert.Contains("CameAndWent", texts, StringComparison.Ordinal);
        Assert.Contains("✅", texts, StringComparison.Ordinal);
        Assert.InRange(telegram.Messages.Count, 1, 2);
    }

    [Fact]
    public async Task ParseError_OfAMessage_IsSentAsPlainTextAtOnce()
    {
        await using var telegram = await FakeBotApi.StartAsync();
        await using var notifier = await RunningNotifier.StartAsync(telegram);
        telegram.Answer("sendMessage", 400, "Bad Request: can't parse entities: Unsupported start tag \"x\" at byte offset 4");

        await notifier.AcceptAsync(Payloads.Firing());
        await Eventually.UntilAsync(() => telegram.Messages.Count == 1, RunningNotifier.Patience, "the message");

        var body = telegram.Messages[0].Body;
        Assert.False(body.TryGetProperty("parse_mode", out _));
        Assert.DoesNotContain("<b>", telegram.Messages[0].Text, StringComparison.Ordinal);
        await notifier.Process.WaitForOutputAsync("fallback_plain");
    }

    [Fact]
    public async Task BlockedBot_WithAFallback_SendsThereAndComesBack()
    {
        await using var telegram = await FakeBotApi.StartAsync();
        await using var notifier = await RunningNotifier.StartAsync(telegram, WithFallback);
        telegram.Answer("sendMessage", 403, "Forbidden: bot was kicked from the supergroup chat", chat: RunningNotifier.Chat, times: 1000);
        telegram.Answer("getChat", 403, "Forbidden: bot was kicked from the supergroup chat", chat: RunningNotifier.Chat, times: 1000);

        await notifier.AcceptAsync(Payloads.Firing("Diverted"));
        await Eventually.UntilAsync(() => telegram.Messages.Any(message => message.Text.Contains("Diverted", StringComparison.Ordinal)), RunningNotifier.Patience, "the message");
        Assert.All(telegram.Messages, message => Assert.Equal(Fallback, message.Chat));
        var (status, answer) = await notifier.ReadyAsync();
        Assert.Equal(503, status);
        Assert.Contains("ops", answer, StringComparison.Ordinal);
        Assert.Contains("kicked", answer, StringComparison.Ordinal);
        Assert.DoesNotContain("spare", answer, StringComparison.Ordinal);
        Assert.Equal(0, await notifier.MetricAsync("telegram_bot_configured"));

        telegram.ForgetRules();
        await notifier.Process.WaitForReadyAsync();
        await notifier.AcceptAsync(Payloads.Firing("Home"));
        await Eventually.UntilAsync(
            () => telegram.Messages.Any(message => message.Chat == RunningNotifier.Chat && message.Text.Contains("Home", StringComparison.Ordinal)), RunningNotifier.Patience, "a message at home");
        Assert.Equal(1, await notifier.MetricAsync("telegram_bot_configured"));
    }

    [Fact]
    public async Task MovedGroup_WhenAMessageIsSent_IsFollowedAndRememberedAndTold()
    {
        await using var telegram = await FakeBotApi.StartAsync();
        await using var notifier = await RunningNotifier.StartAsync(telegram);
        telegram.Answer(
            "sendMessage", 400, "Bad Request: group chat was upgraded to a supergroup chat", new { migrate_to_chat_id = -1009999999999 }, RunningNotifier.Chat, times: 1000);

        await notifier.AcceptAsync(Payloads.Firing("Follows"));
        await Eventually.UntilAsync(() => telegram.Messages.Count == 2, RunningNotifier.Patience, "the alert and the news of the move");
        Assert.All(telegram.Messages, message => Assert.Equal(-1009999999999, message.Chat));
        Assert.Contains(telegram.Messages, message => message.Text.Contains("-1009999999999", StringComparison.Ordinal));

        await notifier.Process.KillAsync();
        await notifier.StartAgainAsync();
        await notifier.AcceptAsync(Payloads.Firing("Later"));
        await Eventually.UntilAsync(() => telegram.Messages.Count == 3, RunningNotifier.Patience, "the later alert");
        Assert.Equal(-1009999999999, telegram.Messages[2].Chat);
        Assert.Single(telegram.Calls, call => call.Status == 400);
    }

    [Fact]
    public async Task DeletedMessage_WhenItShouldBeEdited_IsSentAnew()
    {
        await using var telegram = await FakeBotApi.StartAsync();
        await using var notifier = await RunningNotifier.StartAsync(telegram);
        await notifier.AcceptAsync(Payloads.Firing());
        await Eventually.UntilAsync(() => telegram.Messages.Count == 1, RunningNotifier.Patience, "the message");
        telegram.Answer("editMessageText", 400, "Bad Request: message to edit not found");

        await notifier.AcceptAsync(Payloads.Resolved());
        await Eventually.UntilAsync(() => telegram.Messages.Count == 2, RunningNotifier.Patience, "another message");

        Assert.Contains("✅", telegram.Messages[1].Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task UnmodifiedMessage_OnAnEdit_CountsAsDone()
    {
        await using var telegram = await FakeBotApi.StartAsync();
        await using var notifier = await RunningNotifier.StartAsync(telegram);
        await notifier.AcceptAsync(Payloads.Firing());
        await Eventually.UntilAsync(() => telegram.Messages.Count == 1, RunningNotifier.Patience, "the message");
        telegram.Answer("editMessageText", 400, "Bad Request: message is not modified: specified new message content and reply markup are exactly the same");

        await notifier.AcceptAsync(Payloads.Resolved());
        await Eventually.UntilAsync(
            async () => await notifier.MetricAsync("whales_notifier_deliveries_total{channel=\"telegram\",outcome=\"edited\"}") == 1, RunningNotifier.Patience, () => "the edit counts");

        Assert.Single(telegram.Messages);
    }

    [Fact]
    public async Task MissingTopic_OfAChat_FallsBackToTheGeneralOneAndSaysSo()
    {
        await using var telegram = await FakeBotApi.StartAsync();
        telegram.Answer("sendChatAction", 400, "Bad Request: message thread not found");
        await using var notifier = await RunningNotifier.StartAsync(telegram, new Dictionary<string, string?> { ["Telegram__Chats__ops__Topic"] = "77" });

        await notifier.AcceptAsync(Payloads.Firing());
        await Eventually.UntilAsync(() => telegram.Messages.Count == 2, RunningNotifier.Patience, "the alert and the news of the topic");

        Assert.All(telegram.Messages, message => Assert.False(message.Body.TryGetProperty("message_thread_id", out _)));
    }

    [Fact]
    public async Task OldNotices_AfterALongOutage_AreDroppedAndTheNextMessageSaysSo()
    {
        await using var telegram = await FakeBotApi.StartAsync();
        await using var notifier = await RunningNotifier.StartAsync(telegram, new Dictionary<string, string?> { ["Notifier__InfoExpiry"] = "00:00:01" });
        await telegram.GoAwayAsync();

        await notifier.AcceptAsync(Payloads.Firing("Stale", "info"));
        await Eventually.UntilAsync(
            async () => await notifier.MetricAsync("whales_notifier_deliveries_total{channel=\"telegram\",outcome=\"dropped\"}") == 1, RunningNotifier.Patience, () => "it is dropped");
        await telegram.ComeBackAsync();
        await notifier.AcceptAsync(Payloads.Firing("Fresh", "critical"));
        await Eventually.UntilAsync(() => telegram.Messages.Count == 1, RunningNotifier.Patience, "the fresh one");

        Assert.DoesNotContain("Stale", telegram.Messages[0].Text, StringComparison.Ordinal);
        Assert.Contains("1 older", telegram.Messages[0].Text, StringComparison.Ordinal);
    }
}
