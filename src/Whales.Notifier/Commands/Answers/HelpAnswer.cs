using System.Globalization;
using Whales.Notifier.Messages.Markup;

namespace Whales.Notifier.Commands.Answers;

/// <summary>/help and /id: what needs nobody's answer.</summary>
internal static class HelpAnswer
{
    private const int MaxName = 64;

    public static MessageText Help(AnswerContext context)
    {
        var text = new MessageText().Text(context.Texts.Help);
        foreach (var name in BotCommands.Names)
            text.Line().Text($"/{name}: {context.Texts.Describe(name)}");
        return text;
    }

    public static MessageText Unknown(AnswerContext context, string name) => new MessageText().Text(context.Texts.UnknownCommand(name));

    public static MessageText Id(AnswerContext context, IncomingMessage message, KnownChat? chat)
    {
        var text = new MessageText().Text($"{context.Texts.ChatId}: ").Code(Number(message.ChatId));
        if (message.ThreadId is { } topic)
            text.Line().Text($"{context.Texts.TopicId}: ").Code(Number(topic));
        if (message.From is { } person)
            text.Line().Text($"{context.Texts.YourId}: ").Code(Number(person.Id));
        return chat is null ? text : text.Line().Text(context.Texts.ChatName(ValueText.Line(chat.Name, MaxName)));
    }

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);
}
