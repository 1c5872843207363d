using Whales.Notifier.Commands.Texts;

namespace Whales.Notifier.Commands;

/// <summary>The commands, as setMyCommands takes them: what people see when they type a slash.</summary>
internal static class BotCommands
{
    public static IReadOnlyList<string> Names { get; } = ["status", "alerts", "silences", "queues", "mute", "help", "id"];

    /// <summary>In the words of one language; send the English ones without language_code, the Russian ones with <c>ru</c>.</summary>
    public static IReadOnlyList<BotCommand> In(CommandTexts texts) => [.. Names.Select(name => new BotCommand(name, texts.Describe(name)))];
}

/// <param name="Command">Without the slash.</param>
/// <param name="Description">1 to 256 characters.</param>
internal sealed record BotCommand(string Command, string Description);
