using Whales.Notifier.Tests.Running;
using Whales.Testing;
using Whales.Testing.Tracing;

namespace Whales.Notifier.Tests.Telegram;

/// <summary>The bot's token: where it comes from, and where it never shows.</summary>
public sealed class TokenTests
{
    [Fact]
    public async Task Token_OfFailingCallsAtTheFullestLog_IsNowhereToBeSeen()
    {
        await using var collector = await OtlpCollector.StartAsync();
        await using var telegram = await FakeBotApi.StartAsync();
        telegram.Answer("getMe", 500, "Internal Server Error");
        await using var notifier = await RunningNotifier.StartAsync(telegram, new Dictionary<string, string?>
        {
            ["Logging__LogLevel__Default"] = "Trace",
            ["Logging__LogLevel__System"] = "Trace",
            ["Logging__LogLevel__Microsoft"] = "Trace",
            ["Telegram__RequestTimeout"] = "00:00:01",
            ["Tracing__OtlpEndpoint"] = collector.Endpoint,
            ["OTEL_BSP_SCHEDULE_DELAY"] = "200",
        });
        telegram.Answer("sendMessage", 502, "Bad Gateway").Answer("sendMessage", 400, "Bad Request: can't parse entities").Delay("sendMessage", TimeSpan.FromSeconds(30));
        await notifier.AcceptAsync(Payloads.Firing());
        await Eventually.UntilAsync(() => telegram.Calls.Count(call => call.Method == "sendMessage") >= 4, RunningNotifier.Patience, "failures and a success");
        await telegram.GoAwayAsync();
        await notifier.AcceptAsync(Payloads.Firing("Second"));
        await notifier.Process.WaitForOutputAsync("cannot be reached", RunningNotifier.Patience);

        await Eventually.UntilAsync(() => collector.Spans.Count(span => span.Name == "POST /webhook") == 2, RunningNotifier.Patience, "the spans of both webhooks");

        var secret = FakeBotApi.Token.Split(':')[1];
        Assert.All(collector.Spans, span => Assert.DoesNotContain(secret, span.ToString(), StringComparison.Ordinal));
        Assert.All(notifier.Process.Output, line => Assert.DoesNotContain(secret, line, StringComparison.Ordinal));
        Assert.DoesNotContain(secret, await notifier.GetAsync("/metrics"), StringComparison.Ordinal);
        Assert.DoesNotContain(secret, (await notifier.ReadyAsync()).Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WrongToken_UntilItsFileHasAnother_IsSaidAndKeepsWhatComes()
    {
        const string Wrong = "111111:wrong-secret-of-the-bot";
        var file = Path.Combine(Path.GetTempPath(), $"whales-token-{Guid.NewGuid():n}");
        await File.WriteAllTextAsync(file, Wrong + "\n", TestContext.Current.CancellationToken);
        try
        {
            await using var telegram = await FakeBotApi.StartAsync();
            telegram.Answer("getMe", 401, "Unauthorized", times: 1000, token: Wrong).Answer("sendMessage", 401, "Unauthorized", times: 1000, token: Wrong);
            await using var notifier = await RunningNotifier.StartAsync(
                telegram, new Dictionary<string, string?> { ["Telegram__BotToken"] = null, ["Telegram__BotToken_FILE"] = file }, ready: false);

            await notifier.AcceptAsync(Payloads.Firing());
            await Eventually.UntilAsync(
                async () => (await notifier.ReadyAsync()).Body.Contains("token is refused", StringComparison.Ordinal), RunningNotifier.Patience, () => "health names the token");
            Assert.Equal(503, (await notifier.ReadyAsync()).Status);
            Assert.Empty(telegram.Messages);

            await File.WriteAllTextAsync(file, FakeBotApi.Token + "\n", TestContext.Current.CancellationToken);
            await Eventually.UntilAsync(() => telegram.Messages.Count == 1, RunningNotifier.Patience, "the message");
            await notifier.Process.WaitForReadyAsync();
            foreach (var token in new[] { Wrong, FakeBotApi.Token })
                Assert.All(notifier.Process.Output, line => Assert.DoesNotContain(token.Split(':')[1], line, StringComparison.Ordinal));
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public async Task WrongChat_AtTheStart_IsNamedAndTheOthersGoOn()
    {
        await using var telegram = await FakeBotApi.StartAsync();
        telegram.Answer("getChat", 400, "Bad Request: chat not found", chat: -4004, times: 1000);
        await using var notifier = await RunningNotifier.StartAsync(
            telegram, new Dictionary<string, string?> { ["Telegram__Chats__nightwatch__Id"] = "-4004" }, ready: false);

        await notifier.AcceptAsync(Payloads.Firing());
        await Eventually.UntilAsync(() => telegram.Messages.Count == 1, RunningNotifier.Patience, "the message for the right chat");
        var (status, body) = await notifier.ReadyAsync();

        Assert.Equal(503, status);
        Assert.Contains("nightwatch", body, StringComparison.Ordinal);
        Assert.Contains("chat not found", body, StringComparison.Ordinal);
        Assert.Equal(0, await notifier.MetricAsync("telegram_bot_configured"));
    }
}
