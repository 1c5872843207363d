using Whales.Notifier.Commands;
using Whales.Notifier.Tests.Running;
using Whales.Testing;

namespace Whales.Notifier.Tests.Telegram;

public sealed class CommandMenuTests
{
    [Fact]
    public async Task Start_WithAToken_TellsTelegramTheCommandsInBothLanguages()
    {
        await using var telegram = await FakeBotApi.StartAsync();
        await using var notifier = await RunningNotifier.StartAsync(telegram);

        await Eventually.UntilAsync(() => Menus(telegram).Count == 2, RunningNotifier.Patience, "the lists of commands");

        var (general, russian) = (Menus(telegram)[0], Menus(telegram)[1]);
        Assert.False(general.Body.TryGetProperty("language_code", out _));
        Assert.Equal("ru", russian.Body.GetProperty("language_code").GetString());
        foreach (var menu in (BotCall[])[general, russian])
            Assert.Equal(BotCommands.Names, menu.Body.GetProperty("commands").EnumerateArray().Select(command => command.GetProperty("command").GetString()));
        Assert.NotEqual(general.Body.GetProperty("commands").GetRawText(), russian.Body.GetProperty("commands").GetRawText());
    }

    private static IReadOnlyList<BotCall> Menus(FakeBotApi telegram) => [.. telegram.Calls.Where(call => call.Method == "setMyCommands")];
}
