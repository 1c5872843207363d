using System.Net;
using System.Text;
using Whales.Notifier.Tests.Running;
using Whales.Testing;

namespace Whales.Notifier.Tests.Telegram;

/// <summary>Telegram posts buttons and commands, instead of being asked for them.</summary>
public sealed class UpdateWebhookTests
{
    private const string Secret = "a-secret-between-us-and-telegram";

    private static readonly (string Name, string? Value)[] Webhook =
    [
        ("Telegram__WebhookUrl", "{url}/telegram/updates"), ("Telegram__WebhookSecret", Secret), ("Telegram__AllowedUsers__0", "42"),
    ];

    [Fact]
    public async Task Webhook_WithAnAddress_IsSetWithItsSecretAndCommandsAreAnswered()
    {
        await using var telegram = await FakeBotApi.StartAsync();
        await using var notifier = await RunningNotifier.StartAsync(telegram, Settings());
        await Eventually.UntilAsync(() => telegram.WebhookUrl is not null, RunningNotifier.Patience, "the address is set");

        telegram.Write(RunningNotifier.Chat, "/help");
        await Eventually.UntilAsync(() => telegram.Messages.Count == 1, RunningNotifier.Patience, "the answer");

        Assert.Contains("/status", telegram.Messages[0].Text, StringComparison.Ordinal);
        var set = Assert.Single(telegram.Calls, call => call.Method == "setWebhook");
        Assert.Equal(new Uri(notifier.Url, "telegram/updates").AbsoluteUri, set.Body.GetProperty("url").GetString());
        Assert.Equal(Secret, set.Body.GetProperty("secret_token").GetString());
        Assert.Equal(["message", "callback_query"], set.Body.GetProperty("allowed_updates").EnumerateArray().Select(kind => kind.GetString()));
        Assert.All(notifier.Process.Output, line => Assert.DoesNotContain(Secret, line, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Update_PostedByAnybody_NeedsTheSecretAndIsAnsweredOnce()
    {
        await using var telegram = await FakeBotApi.StartAsync();
        await using var notifier = await RunningNotifier.StartAsync(telegram, Settings(("Notifier__MaxWebhookBytes", "20000")));

        Assert.Equal(HttpStatusCode.Unauthorized, await PostAsync(notifier, Help(1), secret: null));
        Assert.Equal(HttpStatusCode.Unauthorized, await PostAsync(notifier, Help(1), Secret + "x"));
        Assert.Equal(HttpStatusCode.Unauthorized, await PostAsync(notifier, Help(1), ""));
        Assert.Equal(HttpStatusCode.BadRequest, await PostAsync(notifier, "not json"));
        Assert.Equal(HttpStatusCode.BadRequest, await PostAsync(notifier, "{\"message\":{}}"));
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, await PostAsync(notifier, $"{{\"update_id\":1,\"x\":\"{new string('x', 20000)}\"}}"));
        // What nobody can make sense of must not come for ever.
        Assert.Equal(HttpStatusCode.OK, await PostAsync(notifier, "{\"update_id\":2,\"message\":[]}"));
        Assert.Equal(HttpStatusCode.OK, await PostAsync(notifier, "{\"update_id\":3,\"poll\":{}}"));

        // Telegram sends again what it had no answer to in time.
        var answers = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => PostAsync(notifier, Help(4))));
        Assert.All(answers, answer => Assert.Equal(HttpStatusCode.OK, answer));
        await notifier.Process.KillAsync();
        await notifier.StartAgainAsync();
        Assert.Equal(HttpStatusCode.OK, await PostAsync(notifier, Help(4)));
        Assert.Equal(HttpStatusCode.OK, await PostAsync(notifier, Help(5)));

        Assert.Equal(2, telegram.Messages.Count);
    }

    [Fact]
    public async Task Polling_AfterAWebhook_TakesTheAddressAwayAndHearsWhatCameMeanwhile()
    {
        await using var telegram = await FakeBotApi.StartAsync();
        await using var notifier = await RunningNotifier.StartAsync(telegram, Settings());
        await Eventually.UntilAsync(() => telegram.WebhookUrl is not null, RunningNotifier.Patience, "the address is set");
        telegram.Write(RunningNotifier.Chat, "/id");
        await Eventually.UntilAsync(() => telegram.Messages.Count == 1, RunningNotifier.Patience, "the answer by webhook");
        await notifier.Process.KillAsync();
        telegram.Write(RunningNotifier.Chat, "/help");

        notifier.Change("Telegram__WebhookUrl", null);
        await notifier.StartAgainAsync();
        await Eventually.UntilAsync(() => telegram.Messages.Count == 2, RunningNotifier.Patience, "the answer by polling");

        Assert.Null(telegram.WebhookUrl);
        Assert.Contains("/status", telegram.Messages[1].Text, StringComparison.Ordinal);
        Assert.False(Assert.Single(telegram.Calls, call => call.Method == "deleteWebhook").Body.GetProperty("drop_pending_updates").GetBoolean());
        Assert.Equal(HttpStatusCode.NotFound, await PostAsync(notifier, Help(9000)));

        // And to the webhook again: what was answered by polling is not answered again.
        notifier.Change("Telegram__WebhookUrl", new Uri(notifier.Url, "telegram/updates").AbsoluteUri);
        await notifier.Process.KillAsync();
        await notifier.StartAgainAsync();
        await Eventually.UntilAsync(() => telegram.WebhookUrl is not null, RunningNotifier.Patience, "the address is set");
        telegram.Write(RunningNotifier.Chat, "/id");
        await Eventually.UntilAsync(() => telegram.Messages.Count >= 3, RunningNotifier.Patience, "the answer by webhook");
        Assert.Equal(3, telegram.Messages.Count);
    }

    [Fact]
    public async Task Address_TakenAway_IsSetAgain()
    {
        await using var telegram = await FakeBotApi.StartAsync();
        await using var notifier = await RunningNotifier.StartAsync(telegram, Settings());
        await Eventually.UntilAsync(() => telegram.WebhookUrl is not null, RunningNotifier.Patience, "the address is set");
        var ours = telegram.WebhookUrl;

        telegram.StealWebhook("http://127.0.0.1:1/somewhere");
        await Eventually.UntilAsync(() => telegram.WebhookUrl == ours, RunningNotifier.Patience, "it is set again");

        telegram.Write(RunningNotifier.Chat, "/help");
        await Eventually.UntilAsync(() => telegram.Messages.Count == 1, RunningNotifier.Patience, "the answer");
    }

    [Fact]
    public async Task Address_ThatTelegramRefuses_IsSaidAndTriedAgain()
    {
        await using var telegram = await FakeBotApi.StartAsync();
        telegram.Answer("setWebhook", 400, "Bad Request: bad webhook: Failed to resolve host: Name or service not known").Answer("setWebhook", 502, "Bad Gateway", times: 3);
        await using var notifier = await RunningNotifier.StartAsync(telegram, Settings());

        await notifier.Process.WaitForOutputAsync("Failed to resolve host", RunningNotifier.Patience);
        await Eventually.UntilAsync(() => telegram.WebhookUrl is not null, RunningNotifier.Patience, "the address is set");
        // Alerts do not wait for that.
        await notifier.AcceptAsync(Payloads.Firing());
        await Eventually.UntilAsync(() => telegram.Messages.Count == 1, RunningNotifier.Patience, "the message");
    }

    [Theory]
    [InlineData(StoreKind.Sqlite)]
    [InlineData(StoreKind.Postgres)]
    public async Task Update_ForTheNotifierThatFollows_IsAnsweredByItAndOnceInAll(StoreKind kind)
    {
        await using var store = await TestStore.CreateAsync(kind);
        await using var telegram = await FakeBotApi.StartAsync();
        await using var first = await RunningNotifier.StartAsync(telegram, store.With(Webhook));
        await Eventually.UntilAsync(() => telegram.WebhookUrl is not null, RunningNotifier.Patience, "the address is set");
        await using var second = await RunningNotifier.StartAsync(telegram, store.With(Webhook));

        Assert.Equal(HttpStatusCode.OK, await PostAsync(second, Help(7)));
        Assert.Equal(HttpStatusCode.OK, await PostAsync(first, Help(7)));
        Assert.Single(telegram.Messages);
        Assert.Single(telegram.Calls, call => call.Method == "setWebhook");

        // What it was told counts for the one that sends.
        Assert.Equal(HttpStatusCode.OK, await PostAsync(second, Command(8, "/mute 2h")));
        await first.AcceptAsync(Payloads.Firing("Quietly"));
        await Eventually.UntilAsync(() => telegram.Messages.Count == 3, RunningNotifier.Patience, "the alert");
        Assert.True(telegram.Messages[2].Body.GetProperty("disable_notification").GetBoolean());
    }

    [Fact]
    public async Task Updates_NotWanted_AreNotAskedFor()
    {
        await using var telegram = await FakeBotApi.StartAsync();
        telegram.Answer("getUpdates", 409, "Nobody should ask.", times: 1000);
        await using var notifier = await RunningNotifier.StartAsync(telegram, new Dictionary<string, string?> { ["Telegram__Updates"] = "false" });

        await notifier.AcceptAsync(Payloads.Firing());
        await Eventually.UntilAsync(() => telegram.Messages.Count == 1, RunningNotifier.Patience, "the message");

        Assert.DoesNotContain(telegram.Calls, call => call.Method is "getUpdates" or "setMyCommands");
    }

    private static Dictionary<string, string?> Settings(params (string Name, string? Value)[] others) =>
        Webhook.Concat(others).ToDictionary(setting => setting.Name, setting => setting.Value);

    private static string Help(long id) => Command(id, "/help");

    private static string Command(long id, string text) =>
        $$$"""{"update_id":{{{id}}},"message":{"message_id":5,"from":{"id":42,"username":"ada"},"chat":{"id":{{{RunningNotifier.Chat}}}},"text":"{{{text}}}"}}""";

    private static async Task<HttpStatusCode> PostAsync(RunningNotifier notifier, string body, string? secret = Secret)
    {
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(notifier.Url, "telegram/updates")) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        if (secret is not null)
            request.Headers.Add("X-Telegram-Bot-Api-Secret-Token", secret);
        using var answer = await http.SendAsync(request);
        return answer.StatusCode;
    }
}
