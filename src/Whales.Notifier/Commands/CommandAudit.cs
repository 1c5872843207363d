namespace Whales.Notifier.Commands;

/// <summary>One line for each thing that somebody did or tried from a chat, in the category <c>Whales.Audit</c>.</summary>
internal sealed partial class CommandAudit(ILoggerFactory loggers)
{
    public const string Category = "Whales.Audit";

    private readonly ILogger _logger = loggers.CreateLogger(Category);

    public void Command(IncomingUpdate update, string command) => LogCommand(_logger, command, Who(update), update.ChatId);

    public void Refused(IncomingUpdate update, string what) => LogRefused(_logger, what, Who(update), update.ChatId);

    public void Pressed(IncomingUpdate update, string what, string buttonId, string outcome) =>
        LogPressed(_logger, what, buttonId, Who(update), update.ChatId, outcome);

    public void Silenced(IncomingUpdate update, string action, IReadOnlyList<string> ids) =>
        LogSilenced(_logger, string.Join(", ", ids), action, Who(update), update.ChatId);

    /// <summary>Telegram's number and the name: the name alone can be changed. Letters, digits and @ only, so that no name writes log lines.</summary>
    private static string Who(IncomingUpdate update) => update.From is { } person
        ? $"{person.Id} ({new string([.. person.Shown.Where(character => char.IsLetterOrDigit(character) || character is '@' or '_' or ' ').Take(64)])})"
        : "nobody known";

    [LoggerMessage(LogLevel.Information, "Command /{Command} was given by {Person} in chat {Chat}.")]
    private static partial void LogCommand(ILogger logger, string command, string person, long chat);

    [LoggerMessage(LogLevel.Warning, "{What} was refused to {Person} in chat {Chat}: not on the list of allowed users.")]
    private static partial void LogRefused(ILogger logger, string what, string person, long chat);

    [LoggerMessage(LogLevel.Information, "Button {What} of message {ButtonId} was pressed by {Person} in chat {Chat}: {Outcome}.")]
    private static partial void LogPressed(ILogger logger, string what, string buttonId, string person, long chat, string outcome);

    [LoggerMessage(LogLevel.Information, "Silences {Ids} were {Action} by {Person} in chat {Chat}.")]
    private static partial void LogSilenced(ILogger logger, string ids, string action, string person, long chat);
}
