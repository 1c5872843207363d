using System.Text.Json;
using Whales.Testing;

namespace Whales.Notifier.Tests.Running;

/// <summary>Starting: with settings that are wrong, and with none.</summary>
public sealed class ConfigurationTests
{
    [Fact]
    public async Task Start_WithSeveralWrongSettings_NamesThemAllAndEnds()
    {
        using var process = ChildProcess.Start(["dotnet", Repository.Program("Whales.Notifier")], new Dictionary<string, string?>
        {
            ["ASPNETCORE_URLS"] = "http://0.0.0.0:1",
            ["Telegram__BotToken"] = "not-a-token-but-secret",
            ["Telegram__Chats__ops__Id"] = "@ops",
            ["Telegram__Chats__ops__Language"] = "fr",
            ["Telegram__Chats__ops__TimeZone"] = "Mars/Olympus",
            ["Telegram__Chats__ops__QuietHours"] = "at night",
            ["Telegram__Chats__ops__Fallback"] = "nowhere",
            ["Telegram__AllowedUsers__0"] = "@ada",
            ["Telegram__WebhookUrl"] = "http://whales.example/telegram/updates",
            ["Telegram__WebhookSecret"] = "tooshortsecret",
            ["ConnectionStrings__Notifier"] = "Whereabouts=nowhere;Password=not-to-be-shown",
            ["Notifier__Routes__critical__0"] = "oops",
            ["Notifier__Routes__urgent__0"] = "ops",
            ["Notifier__StormThreshold"] = "1",
            ["Heartbeat__MissingAfter"] = "00:00:00",
        });
        Assert.Equal(1, await process.WaitForExitAsync(RunningNotifier.Patience));

        var said = string.Join('\n', process.Output);
        string[] wrong =
        [
            "Telegram:BotToken", "Telegram:Chats:ops:Id", "Telegram:Chats:ops:Language", "Telegram:Chats:ops:TimeZone", "Telegram:Chats:ops:QuietHours", "Telegram:Chats:ops:Fallback",
            "Telegram:AllowedUsers", "Telegram:WebhookUrl must be an https address", "Telegram:WebhookSecret", "ConnectionStrings:Notifier", "Notifier:Routes:critical", "Notifier:Routes:urgent", "Notifier:StormThreshold", "MissingAfter", "Notifier:WebhookToken",
        ];
        Assert.All(wrong, name => Assert.Contains(name, said, StringComparison.Ordinal));
        foreach (var secret in new[] { "not-a-token-but-secret", "tooshortsecret", "not-to-be-shown" })
            Assert.DoesNotContain(secret, said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task DryRun_WithoutAToken_ShowsWhatItWouldHaveSent()
    {
        await using var notifier = await RunningNotifier.StartAsync(telegram: null);

        await notifier.AcceptAsync(Payloads.Firing("Rehearsal"));
        await notifier.Process.WaitForOutputAsync("Rehearsal", RunningNotifier.Patience);
        var outbox = JsonDocument.Parse(await notifier.GetAsync("/debug/outbox")).RootElement;

        Assert.Equal(1, outbox.GetArrayLength());
        Assert.Contains("Rehearsal", outbox[0].GetProperty("html").GetString(), StringComparison.Ordinal);
        Assert.Equal(0, await notifier.MetricAsync("telegram_bot_configured"));
        Assert.Equal(1, await notifier.MetricAsync("whales_notifier_deliveries_total{channel=\"log\",outcome=\"sent\"}"));
    }
}
