using Whales.Notifier.Commands;
using Whales.Notifier.Messages;
using Whales.Notifier.Phrases;
using Whales.Notifier.Tests.Messages;
using Whales.Testing;

namespace Whales.Notifier.Tests.Commands;

public sealed class CommandHandlerTests
{
    private const string Models = """
        [ { "name": "efficientnet_v1", "version": "1", "tier": "fast", "state": "ready", "workers": 2, "executionProvider": "cpu", "waiting": { "interactive": 40, "bulk": 2 },
            "oldestWaitingSeconds": 12.5, "secondsPerPhoto": 0.5 },
          { "name": "resnet101", "version": "1", "tier": "accurate", "state": "failed", "workers": 0, "waiting": { "interactive": 3, "bulk": 0 }, "oldestWaitingSeconds": 4000 } ]
        """;

    [Fact]
    public async Task Help_AllowedUser_ListsEveryCommand()
    {
        await using var commands = new CommandFixture();

        var text = await commands.SayAsync("/help");

        Assert.All(BotCommands.Names, name => Assert.Contains($"/{name}: ", text, StringComparison.Ordinal));
        Assert.Equal(text, await commands.SayAsync("/start"));
    }

    [Theory]
    [InlineData("/status")]
    [InlineData("/alerts")]
    [InlineData("/silences")]
    [InlineData("/queues")]
    [InlineData("/mute 2h")]
    [InlineData("/help")]
    [InlineData("/nonsense")]
    public async Task Command_OfAStranger_IsNotAnswered(string command)
    {
        await using var commands = new CommandFixture();

        Assert.Equal("", await commands.SayAsync(command, from: CommandFixture.Stranger));
        Assert.Empty(commands.Ports.Muted);
    }

    [Fact]
    public async Task Command_OfAStranger_IsInTheAuditLog()
    {
        await using var commands = new CommandFixture();

        await commands.SayAsync("/mute 2h", from: CommandFixture.Stranger);

        Assert.Contains("Whales.Audit: /mute was refused to 8 (@maria) in chat -1001: not on the list of allowed users.", commands.Log.Lines);
    }

    [Fact]
    public async Task Command_AllowedUser_IsInTheAuditLog()
    {
        await using var commands = new CommandFixture();

        await commands.SayAsync("/mute 2h");

        Assert.Contains("Whales.Audit: Command /mute was given by 7 (@maria) in chat -1001.", commands.Log.Lines);
    }

    [Fact]
    public async Task Command_AllowedUserInAChatOfStrangers_IsNotAnswered()
    {
        await using var commands = new CommandFixture();

        Assert.Equal("", await commands.SayAsync("/status", chat: -999));
        Assert.NotEqual("", await commands.SayAsync("/status", chat: CommandFixture.Maria));
    }

    [Theory]
    [InlineData(true, "This chat: -999\nThis topic: 12\nYou: 8")]
    [InlineData(false, "")]
    public async Task Id_OfAStranger_IsAnsweredWhereItMayBe(bool everyone, string expected)
    {
        await using var commands = new CommandFixture(idForEveryone: everyone);

        Assert.Equal(expected, await commands.SayAsync("/id", from: CommandFixture.Stranger, chat: -999, topic: 12));
    }

    [Theory]
    [InlineData("good morning")]
    [InlineData("/")]
    [InlineData("/status@other_bot")]
    public async Task Message_NotForUs_IsNotAnswered(string text)
    {
        await using var commands = new CommandFixture();
        commands.Bot.UserName = "whales_bot";

        Assert.Equal("", await commands.SayAsync(text));
        Assert.NotEqual("", await commands.SayAsync("/help@Whales_Bot"));
    }

    [Fact]
    public async Task Command_InARussianChat_IsAnsweredInRussianAndItsClock()
    {
        await using var commands = new CommandFixture();

        Assert.StartsWith("🔕 До 09:15 UTC+3 звук", await commands.SayAsync("/mute 2ч", chat: FakePorts.RussianChat), StringComparison.Ordinal);
        Assert.StartsWith("Я сообщаю", await commands.SayAsync("/help", chat: CommandFixture.Maria, language: "ru-RU"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Mute_ForAWhile_IsKeptShownAndEnded()
    {
        await using var commands = new CommandFixture();

        Assert.StartsWith("🔕 Muted until 06:15 UTC", await commands.SayAsync("/mute 2h"), StringComparison.Ordinal);
        Assert.Equal(commands.Clock.Now.AddHours(2), commands.Ports.Muted[FakePorts.OpsChat]);
        Assert.Equal("🔕 This chat is muted until 06:15 UTC.", await commands.SayAsync("/mute"));
        Assert.Contains("🔕 This chat is muted until 06:15 UTC.", await commands.SayAsync("/status"), StringComparison.Ordinal);
        Assert.Equal("🔔 No longer muted.", await commands.SayAsync("/mute off"));
        Assert.Null(commands.Ports.Muted[FakePorts.OpsChat]);
    }

    [Theory]
    [InlineData("/mute forever")]
    [InlineData("/mute 0h")]
    [InlineData("/mute 8d")]
    [InlineData("/mute 99999999999d")]
    public async Task Mute_NoTimeThatMayBe_SaysHow(string text)
    {
        await using var commands = new CommandFixture();

        Assert.StartsWith("Say how long", await commands.SayAsync(text), StringComparison.Ordinal);
        Assert.Empty(commands.Ports.Muted);
    }

    [Fact]
    public async Task Status_ApiAnswers_TellsModelsHeartbeatAndBacklog()
    {
        var (app, url) = await CommandFixture.StartApiAsync(Models);
        await using var commands = new CommandFixture(api: url).Owning(app);
        commands.Ports.Status = new NotifierStatus(commands.Clock.Now.AddSeconds(-40), 2, TimeSpan.FromMinutes(3), ["field"], true);

        Assert.Equal(
            """
            Status
            ✅ efficientnet_v1: 2 workers, 40 waiting and 2 in bulk
            🔥 resnet101: could not be loaded, 3 waiting
            Heartbeat of monitoring: 40 s ago
            RabbitMQ: connected
            ⚠️ 2 notices not delivered, the oldest for 3 min.
            🔥 Chats that cannot be written to: field
            """,
            await commands.SayAsync("/status"));
    }

    [Fact]
    public async Task Queues_ApiAnswers_TellsHowLongItTakes()
    {
        var (app, url) = await CommandFixture.StartApiAsync(Models);
        await using var commands = new CommandFixture(api: url).Owning(app);

        Assert.Equal(
            """
            Photos that wait
            efficientnet_v1: 40 waiting and 2 in bulk, the oldest for 12 s, done in about 10 s
            ⚠️ resnet101: 3 waiting, the oldest for 1 h 6 min
            """,
            await commands.SayAsync("/queues"));
    }

    [Fact]
    public async Task Status_ApiIsAway_SaysSoAndTellsTheRest()
    {
        await using var commands = new CommandFixture(api: new Uri($"http://127.0.0.1:{FreePort.Next()}"));

        var text = await commands.SayAsync("/status");

        Assert.Contains("The API does not answer", text, StringComparison.Ordinal);
        Assert.Contains("⚠️ No heartbeat of monitoring has come.", text, StringComparison.Ordinal);
        Assert.Contains("All notices are delivered.", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Alerts_AlertmanagerIsAway_TellsWhatTheNotifierRemembers()
    {
        await using var commands = new CommandFixture(new Uri($"http://127.0.0.1:{FreePort.Next()}"));
        commands.Ports.Firing = [Rendering.Group(Rendering.Alert())];

        Assert.Equal(
            """
            Alertmanager cannot be reached.
            From the notifier's memory:
            1 alert fires
            🔥 CriticalInferenceTime · resnet101: inference takes 19.2s, since 02:01 UTC (2 h 14 min)
            """,
            await commands.SayAsync("/alerts"));
    }

    [Fact]
    public void BotCommands_InEachLanguage_AreAsTelegramTakesThem()
    {
        foreach (var language in Enum.GetValues<Language>())
        {
            var commands = BotCommands.In(new Wording().Commands(language));
            Assert.Equal(["status", "alerts", "silences", "queues", "mute", "help", "id"], commands.Select(command => command.Command));
            Assert.All(commands, command => Assert.InRange(command.Description.Length, 3, 256));
            Assert.Equal(commands.Count, commands.Select(command => command.Description).Distinct().Count());
        }
    }
}
