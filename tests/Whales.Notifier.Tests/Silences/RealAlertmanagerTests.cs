using System.Text.Json;
using Whales.Notifier.Tests.Running;
using Whales.Testing;

namespace Whales.Notifier.Tests.Silences;

/// <summary>A real Alertmanager on one side, a chat on the other.</summary>
public sealed class RealAlertmanagerTests
{
    private static readonly Dictionary<string, string> Labels = new()
    {
        ["alertname"] = "HighErrorRate",
        ["severity"] = "critical",
        ["model"] = "resnet101",
        ["component"] = "worker",
        ["odd"] = "a <b>\"quoted\"</b> & ünïcode 🐋",
    };

    [Fact]
    public async Task Alert_FromAlertmanager_IsToldAndItsEndEditsTheMessage()
    {
        await using var telegram = await FakeBotApi.StartAsync();
        await using var notifier = await RunningNotifier.StartAsync(telegram);
        await using var alertmanager = await AlertmanagerServer.StartAsync(
            AlertmanagerServer.SendingTo(new Uri(notifier.Url, "/webhook/alertmanager/critical"), RunningNotifier.WebhookToken));

        await alertmanager.PostAlertAsync(Labels, new Dictionary<string, string> { ["summary"] = "30 % of resnet101's photos fail" });
        await Eventually.UntilAsync(() => telegram.Messages.Count == 1, RunningNotifier.Patience, "the message");
        Assert.Contains("resnet101", telegram.Messages[0].Text, StringComparison.Ordinal);

        await alertmanager.PostAlertAsync(Labels, endsAt: DateTimeOffset.UtcNow.AddSeconds(-1));
        await Eventually.UntilAsync(
            () => telegram.Edits.Any(edit => edit.MessageId == telegram.Messages[0].Sent && edit.Text.Contains('✅')), RunningNotifier.Patience, "its end");
    }

    [Fact]
    public async Task SilenceButton_PressedByAnAllowedUser_SilencesInAlertmanagerAndIsUndone()
    {
        await using var telegram = await FakeBotApi.StartAsync();
        await using var quiet = await AlertmanagerServer.StartAsync();
        await using var notifier = await RunningNotifier.StartAsync(telegram, new Dictionary<string, string?>
        {
            ["Alertmanager__Url"] = quiet.Url.AbsoluteUri,
            ["Telegram__AllowedUsers__0"] = "42",
        });
        await notifier.AcceptAsync(Payloads.Firing(severity: "critical"));
        await Eventually.UntilAsync(() => telegram.Messages.Count == 1, RunningNotifier.Patience, "the message");
        var message = telegram.Messages[0];
        var silence = Button(message.Body, text => text.Contains('1'));

        telegram.Press(RunningNotifier.Chat, message.Sent, silence, user: 666, name: "mallory");
        await Eventually.UntilAsync(async () => await notifier.MetricAsync("whales_notifier_callbacks_total{outcome=\"unauthorized\"}") == 1, RunningNotifier.Patience, () => "a refusal");
        Assert.Empty(await SilencesAsync(quiet));

        telegram.Press(RunningNotifier.Chat, message.Sent, silence);
        await Eventually.UntilAsync(async () => (await SilencesAsync(quiet)).Count == 1, RunningNotifier.Patience, () => "the silence");
        await Eventually.UntilAsync(() => telegram.Edits.Any(edit => edit.Text.Contains("@ada", StringComparison.Ordinal)), RunningNotifier.Patience, "the message says who");
        var matchers = (await SilencesAsync(quiet))[0].GetProperty("matchers").EnumerateArray()
            .ToDictionary(matcher => matcher.GetProperty("name").GetString()!, matcher => matcher.GetProperty("value").GetString());
        Assert.Equal("HighErrorRate", matchers["alertname"]);
        Assert.Equal("worker-0", matchers["instance"]);
        Assert.Equal(1, await notifier.MetricAsync("whales_notifier_silences_total{action=\"created\"}"));

        // The notifier may have been restarted since.
        await notifier.Process.KillAsync();
        await notifier.StartAgainAsync();
        var edit = telegram.Edits[^1];
        telegram.Press(RunningNotifier.Chat, message.Sent, Button(edit.Body, text => text.Contains("ndo", StringComparison.Ordinal)));
        await Eventually.UntilAsync(async () => (await SilencesAsync(quiet)).Count == 0, RunningNotifier.Patience, () => "it is undone");
    }

    [Fact]
    public async Task Commands_FromPeople_AreAnsweredForThoseOnTheListOnly()
    {
        await using var telegram = await FakeBotApi.StartAsync();
        await using var notifier = await RunningNotifier.StartAsync(telegram, new Dictionary<string, string?> { ["Telegram__AllowedUsers__0"] = "42" });

        telegram.Write(RunningNotifier.Chat, "/status", user: 666, name: "mallory");
        telegram.Write(RunningNotifier.Chat, "/status");
        await Eventually.UntilAsync(() => telegram.Messages.Count == 1, RunningNotifier.Patience, "the answer");
        telegram.Write(RunningNotifier.Chat, "/mute 2h");
        await Eventually.UntilAsync(() => telegram.Messages.Count == 2, RunningNotifier.Patience, "the answer");
        await notifier.AcceptAsync(Payloads.Firing("Quietly"));
        await notifier.AcceptAsync(Payloads.Firing("Loudly", "critical"));
        await Eventually.UntilAsync(() => telegram.Messages.Any(Is("Loudly")) && telegram.Messages.Any(Is("Quietly")), RunningNotifier.Patience, "both alerts");

        var quiet = telegram.Messages.First(Is("Quietly"));
        Assert.True(Is("Loudly")(quiet) || quiet.Body.GetProperty("disable_notification").GetBoolean());
        Assert.False(telegram.Messages.First(Is("Loudly")).Body.GetProperty("disable_notification").GetBoolean());

        static Func<BotCall, bool> Is(string name) => message => message.Text.Contains(name, StringComparison.Ordinal);
    }

    private static string Button(JsonElement body, Func<string, bool> which) =>
        body.GetProperty("reply_markup").GetProperty("inline_keyboard").EnumerateArray().SelectMany(row => row.EnumerateArray())
            .First(button => which(button.GetProperty("text").GetString()!)).GetProperty("callback_data").GetString()!;

    private static async Task<IReadOnlyList<JsonElement>> SilencesAsync(AlertmanagerServer alertmanager)
    {
        using var http = new HttpClient();
        var all = JsonDocument.Parse(await http.GetStringAsync(new Uri(alertmanager.Url, "/api/v2/silences"))).RootElement;
        return [.. all.EnumerateArray().Where(silence => silence.GetProperty("status").GetProperty("state").GetString() == "active")];
    }
}
