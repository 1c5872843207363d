using System.Net.Http.Json;
using System.Text.Json;
using Whales.Notifier.Tests.Running;
using Whales.Testing;

namespace Whales.Notifier.Tests.Telegram;

/// <summary>The plain ways against telegram-test-api, an emulator of the Bot API that others wrote.</summary>
public sealed class EmulatorTests
{
    private const string Script = """
        const { default: Server, ...rest } = require('telegram-test-api');
        const port = Number(process.argv[1]);
        const server = new (Server || rest.TelegramServer || require('telegram-test-api'))({ port, host: '127.0.0.1' });
        server.start().then(() => console.log('emulator listens'));
        """;

    [Fact]
    public async Task Alert_ThroughTheEmulator_IsSentAndEdited()
    {
        var port = FreePort.Next();
        using var emulator = await StartAsync(port);
        using var http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}/") };
        await using var notifier = await RunningNotifier.StartAsync(null, new Dictionary<string, string?>
        {
            ["Telegram__BotToken"] = FakeBotApi.Token,
            ["Telegram__ApiUrl"] = http.BaseAddress.AbsoluteUri,
            // The emulator has no getChat, so the notifier is not ready, and sends all the same.
            ["Telegram__Chats__ops__Id"] = "1",
        }, ready: false);

        await notifier.AcceptAsync(Payloads.Firing("Emulated"));
        await Eventually.UntilAsync(async () => (await HistoryAsync(http)).Contains("Emulated", StringComparison.Ordinal), RunningNotifier.Patience, () => "the message");
        Assert.DoesNotContain("✅", await HistoryAsync(http), StringComparison.Ordinal);
        await notifier.AcceptAsync(Payloads.Resolved("Emulated"));
        await Eventually.UntilAsync(async () => (await HistoryAsync(http)).Contains('✅'), RunningNotifier.Patience, () => "the edit");
    }

    [Fact]
    public async Task Command_ThroughTheEmulator_IsAnswered()
    {
        var port = FreePort.Next();
        using var emulator = await StartAsync(port);
        using var http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}/") };
        await using var notifier = await RunningNotifier.StartAsync(null, new Dictionary<string, string?>
        {
            ["Telegram__BotToken"] = FakeBotApi.Token,
            ["Telegram__ApiUrl"] = http.BaseAddress.AbsoluteUri,
            // The emulator has no getChat, so the notifier is not ready, and sends all the same.
            ["Telegram__Chats__ops__Id"] = "1",
            ["Telegram__AllowedUsers__0"] = "1",
        }, ready: false);

        using var sent = await http.PostAsJsonAsync("sendCommand", new
        {
            botToken = FakeBotApi.Token,
            from = new { id = 1, first_name = "Ada", username = "ada", is_bot = false },
            chat = new { id = 1, type = "private", first_name = "Ada", username = "ada" },
            date = 1,
            text = "/help",
            entities = new[] { new { offset = 0, length = 5, type = "bot_command" } },
        });
        Assert.True(sent.IsSuccessStatusCode, await sent.Content.ReadAsStringAsync());

        await Eventually.UntilAsync(async () => (await HistoryAsync(http)).Contains("/status", StringComparison.Ordinal), RunningNotifier.Patience, () => "the answer");
    }

    private static async Task<ChildProcess> StartAsync(int port)
    {
        var package = Path.Combine(Repository.Root, "node_modules", "telegram-test-api");
        Assert.True(Directory.Exists(package), "telegram-test-api is not installed: run npm ci --ignore-scripts in the repository's root.");
        var process = ChildProcess.Start(["node", "-e", Script, $"{port}"], workingDirectory: Repository.Root);
        await Eventually.UntilAsync(
            () => Task.FromResult(process.Output.Contains("emulator listens")), TimeSpan.FromSeconds(60), () => $"the emulator: {process.OutputTail()}");
        return process;
    }

    /// <summary>Every message of the bot, as it stands now.</summary>
    private static async Task<string> HistoryAsync(HttpClient http)
    {
        using var answer = await http.PostAsJsonAsync("getUpdatesHistory", new { token = FakeBotApi.Token });
        var history = JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement.GetProperty("result");
        return string.Join('\n', history.EnumerateArray().Select(update => update.GetProperty("message")).Where(message => message.TryGetProperty("chat_id", out _))
            .Select(message => message.GetProperty("text").GetString()));
    }
}
