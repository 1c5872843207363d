using Microsoft.Extensions.Options;
using Whales.Notifier.Commands.Answers;
using Whales.Notifier.Delivery;
using Whales.Notifier.Messages;
using Whales.Notifier.Messages.Markup;
using Whales.Notifier.Phrases;

namespace Whales.Notifier.Commands;

/// <summary>Answers commands and pressed buttons. Calls may overlap; handling an update twice does no harm.</summary>
internal sealed class CommandHandler(
    PressHandler presses, AlertsAnswer alerts, SilencesAnswer silences, StatusAnswer status, MuteAnswer mute,
    IKnownChats chats, AllowedPeople people, BotStatus bot, CommandAudit audit, Wording wording, IOptions<CommandOptions> options, TimeProvider time)
{
    private const string Id = "id";

    public async Task<IReadOnlyList<Reply>> HandleAsync(IncomingUpdate update, CancellationToken cancellation)
    {
        var context = AnswerContext.For(wording, ReaderOf(update), time.GetUtcNow());
        return update switch
        {
            ButtonPress press => [await presses.HandleAsync(context, press, cancellation)],
            IncomingMessage message when CommandLine.Read(message.Text) is { } command && IsForUs(command) => await HandleAsync(context, message, command, cancellation),
            _ => [],
        };
    }

    private async Task<IReadOnlyList<Reply>> HandleAsync(AnswerContext context, IncomingMessage message, CommandLine command, CancellationToken cancellation)
    {
        var allowed = message.From is { } person && people.MayCommand(person.Id);
        // Who may command may do so where messages go and in a talk of two, but not in front of strangers.
        var here = chats.Find(message.ChatId) is not null || message.ChatId == message.From?.Id;
        var known = BotCommands.Names.Contains(command.Name, StringComparer.Ordinal) || command.Name == "start";
        if (!(allowed && here) && !(command.Name == Id && (allowed || options.Value.IdForEveryone)))
        {
            if (known)
                audit.Refused(message, "/" + command.Name);
            return [];
        }

        // Of an unknown command only that there was one: its name is a stranger's text.
        audit.Command(message, known ? command.Name : "(unknown)");
        var text = await AnswerAsync(context, message, command, cancellation);
        return [new MessageReply(message.ChatId, message.ThreadId, message.MessageId, AnswerContext.Message(text))];
    }

    private async Task<MessageText> AnswerAsync(AnswerContext context, IncomingMessage message, CommandLine command, CancellationToken cancellation) => command.Name switch
    {
        "status" => await status.StatusAsync(context, message.ChatId, cancellation),
        "queues" => await status.QueuesAsync(context, cancellation),
        "alerts" => await alerts.WriteAsync(context, cancellation),
        "silences" => await silences.WriteAsync(context, cancellation),
        "mute" => await mute.WriteAsync(context, message.ChatId, command.Argument, cancellation),
        Id => HelpAnswer.Id(context, message, chats.Find(message.ChatId)),
        "help" or "start" => HelpAnswer.Help(context),
        _ => HelpAnswer.Unknown(context, command.Name),
    };

    private bool IsForUs(CommandLine command) =>
        command.Bot.Length == 0 || bot.UserName is not { } own || command.Bot.Equals(own, StringComparison.OrdinalIgnoreCase);

    /// <summary>The chat's language and clock; in a talk of two, the person's language.</summary>
    private Reader ReaderOf(IncomingUpdate update) => chats.Find(update.ChatId)?.Reader ??
        (update.From?.LanguageCode?.StartsWith("ru", StringComparison.OrdinalIgnoreCase) == true ? Reader.Default with { Language = Language.Russian } : Reader.Default);
}
