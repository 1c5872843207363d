using Whales.Notifier.Commands.Texts;
using Whales.Notifier.Messages;
using Whales.Notifier.Messages.Markup;
using Whales.Notifier.Messages.Texts;
using Whales.Notifier.Phrases;

namespace Whales.Notifier.Commands.Answers;

/// <summary>What every answer is written with.</summary>
internal sealed record AnswerContext(CommandTexts Texts, MessageTexts Words, Reader Reader, DateTimeOffset Now)
{
    public static AnswerContext For(Wording wording, Reader reader, DateTimeOffset now) => new(wording.Commands(reader.Language), wording.Messages(reader.Language), reader, now);

    public string Clock(DateTimeOffset time) => Words.Clock(time, Now, Reader.TimeZone);

    public string Since(DateTimeOffset time) => Words.Duration(Now - time);

    /// <summary>Appends lines until the message is full, then says how many are left.</summary>
    public void WriteLines(MessageText text, IReadOnlyCollection<string> lines)
    {
        // Room for "and N more" and whatever one line follows.
        const int Reserve = 200;
        var written = 0;
        foreach (var line in lines)
        {
            if (text.Length + line.Length + 1 > MessageText.MaxLength - Reserve)
                break;
            text.Line().Text(line);
            written++;
        }

        if (written < lines.Count)
            text.Line().Text(Texts.More(lines.Count - written));
    }

    public static RenderedMessage Message(MessageText text) => new([text.ToPart()], [], Silent: true);
}
