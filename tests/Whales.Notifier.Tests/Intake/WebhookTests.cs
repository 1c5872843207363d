using System.Net;
using Whales.Notifier.Tests.Running;
using Whales.Testing;

namespace Whales.Notifier.Tests.Intake;

/// <summary>What the webhook answers, and to whom.</summary>
public sealed class WebhookTests
{
    [Fact]
    public async Task Webhook_OfEveryKind_AnswersAsItShould()
    {
        await using var telegram = await FakeBotApi.StartAsync();
        await using var notifier = await RunningNotifier.StartAsync(telegram, new Dictionary<string, string?> { ["Notifier__MaxWebhookBytes"] = "20000" });

        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(notifier, Payloads.Firing(), token: null));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(notifier, Payloads.Firing(), token: "another"));
        Assert.Equal(HttpStatusCode.BadRequest, await StatusAsync(notifier, "not json"));
        Assert.Equal(HttpStatusCode.BadRequest, await StatusAsync(notifier, "{\"version\":\"3\"}"));
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, await StatusAsync(notifier, Payloads.Firing(alerts: 100)));
        foreach (var route in new[] { "default", "critical", "warning", "info", "no-such-route" })
            Assert.Equal(HttpStatusCode.Accepted, await StatusAsync(notifier, Payloads.Firing($"On-{route}."), $"/webhook/alertmanager/{route}"));
        await Eventually.UntilAsync(
            () => new[] { "default", "critical", "warning", "info", "no-such-route" }.All(route => telegram.Messages.Concat(telegram.Edits).Any(call => call.Text.Contains($"On-{route}.", StringComparison.Ordinal))),
            RunningNotifier.Patience, "all routes in the chat");

        Assert.Equal(2, await notifier.MetricAsync("whales_notifier_webhook_requests_total{status=\"unauthorized\"}"));
        Assert.Equal(3, await notifier.MetricAsync("whales_notifier_webhook_requests_total{status=\"invalid\"}"));
        Assert.Equal(5, await notifier.MetricAsync("whales_notifier_webhook_requests_total{status=\"accepted\"}"));
    }

    [Fact]
    public async Task Webhook_WhenTheStoreCannotBeWritten_Is503UntilItCan()
    {
        await using var telegram = await FakeBotApi.StartAsync();
        var folder = Directory.CreateTempSubdirectory("whales-notifier-store-").FullName;
        try
        {
            // A folder where the file should be: also root cannot write it.
            var file = Path.Combine(folder, "notifier.db");
            Directory.CreateDirectory(file);
            await using var notifier = await RunningNotifier.StartAsync(telegram, new Dictionary<string, string?> { ["Notifier__SqliteFile"] = file }, ready: false);

            using var refused = await notifier.PostAsync(Payloads.Firing());
            Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
            Assert.NotNull(refused.Headers.RetryAfter);
            var (status, body) = await notifier.ReadyAsync();
            Assert.Equal(503, status);
            Assert.Contains("notifier_store", body, StringComparison.Ordinal);
            Assert.Equal(1, await notifier.MetricAsync("whales_notifier_webhook_requests_total{status=\"overloaded\"}"));

            Directory.Delete(file);
            await notifier.Process.WaitForReadyAsync();
            await notifier.AcceptAsync(Payloads.Firing());
            await Eventually.UntilAsync(() => telegram.Messages.Count == 1, RunningNotifier.Patience, "the message");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task Webhook_WithAFullBacklog_Is503AndTakesMoreAfterwards()
    {
        await using var telegram = await FakeBotApi.StartAsync();
        await using var notifier = await RunningNotifier.StartAsync(
            telegram, new Dictionary<string, string?> { ["Notifier__MaxBacklog"] = "10", ["Notifier__Coalesce"] = "00:00:00", ["Notifier__StormThreshold"] = "1000" });
        await telegram.GoAwayAsync();

        var answers = new List<HttpStatusCode>();
        for (var i = 0; i < 12; i++)
            answers.Add(await StatusAsync(notifier, Payloads.Firing($"Full{i}")));
        Assert.Equal(10, answers.Count(answer => answer == HttpStatusCode.Accepted));
        Assert.Equal(2, answers.Count(answer => answer == HttpStatusCode.ServiceUnavailable));

        await telegram.ComeBackAsync();
        await Eventually.UntilAsync(async () => await StatusAsync(notifier, Payloads.Firing("Full11")) == HttpStatusCode.Accepted, RunningNotifier.Patience, () => "room again");
        await Eventually.UntilAsync(() => telegram.Messages.Count == 11, RunningNotifier.Patience, "all that was accepted");
    }

    [Fact]
    public async Task Repeat_AfterTheDuplicateWindow_IsAShortReply()
    {
        await using var telegram = await FakeBotApi.StartAsync();
        await using var notifier = await RunningNotifier.StartAsync(telegram, new Dictionary<string, string?> { ["Notifier__DuplicateWindow"] = "00:00:01" });
        await notifier.AcceptAsync(Payloads.Firing());
        await Eventually.UntilAsync(() => telegram.Messages.Count == 1, RunningNotifier.Patience, "the message");

        await Eventually.UntilAsync(
            async () =>
            {
                await notifier.AcceptAsync(Payloads.Firing());
                return telegram.Messages.Count == 2;
            },
            RunningNotifier.Patience, () => "a reply");

        var reply = telegram.Messages[1].Body.GetProperty("reply_parameters").GetProperty("message_id").GetInt64();
        Assert.Equal(telegram.Messages[0].Sent, reply);
        Assert.True(telegram.Messages[1].Text.Length < telegram.Messages[0].Text.Length);
    }

    [Fact]
    public async Task Resolve_OfACriticalGroup_EditsAndReplies()
    {
        await using var telegram = await FakeBotApi.StartAsync();
        await using var notifier = await RunningNotifier.StartAsync(telegram);
        await notifier.AcceptAsync(Payloads.Firing("Down", "critical"));
        await Eventually.UntilAsync(() => telegram.Messages.Count == 1, RunningNotifier.Patience, "the message");

        await notifier.AcceptAsync(Payloads.Resolved("Down", "critical"));
        await Eventually.UntilAsync(() => telegram.Messages.Count == 2 && telegram.Edits.Count == 1, RunningNotifier.Patience, "an edit and a reply");

        Assert.Equal(telegram.Messages[0].Sent, telegram.Messages[1].Body.GetProperty("reply_parameters").GetProperty("message_id").GetInt64());
    }

    [Fact]
    public async Task Group_ThatFiresAThirdTime_SaysSoInItsMessageAndIsQuiet()
    {
        await using var telegram = await FakeBotApi.StartAsync();
        await using var notifier = await RunningNotifier.StartAsync(telegram);
        for (var round = 0; round < 2; round++)
        {
            await notifier.AcceptAsync(Payloads.Firing(startsAt: $"2026-11-22T07:0{round}:00Z"));
            await Eventually.UntilAsync(() => telegram.Messages.Count == round + 1, RunningNotifier.Patience, "a message");
            await notifier.AcceptAsync(Payloads.Resolved(startsAt: $"2026-11-22T07:0{round}:00Z"));
            await Eventually.UntilAsync(() => telegram.Edits.Count == round + 1, RunningNotifier.Patience, "its end");
        }

        await notifier.AcceptAsync(Payloads.Firing(startsAt: "2026-11-22T07:05:00Z"));
        await Eventually.UntilAsync(() => telegram.Edits.Count == 3, RunningNotifier.Patience, "the flapping");
        await notifier.AcceptAsync(Payloads.Resolved(startsAt: "2026-11-22T07:05:00Z"));
        await notifier.AcceptAsync(Payloads.Firing("Other"));
        await Eventually.UntilAsync(() => telegram.Messages.Count == 3, RunningNotifier.Patience, "what is not muted");

        Assert.Equal(telegram.Messages[1].Sent, telegram.Edits[2].MessageId);
        Assert.Contains("3", telegram.Edits[2].Text, StringComparison.Ordinal);
        Assert.Equal(3, telegram.Edits.Count);
    }

    private static async Task<HttpStatusCode> StatusAsync(RunningNotifier notifier, string body, string route = "/webhook", string? token = RunningNotifier.WebhookToken)
    {
        using var answer = await notifier.PostAsync(body, route, token);
        return answer.StatusCode;
    }
}
