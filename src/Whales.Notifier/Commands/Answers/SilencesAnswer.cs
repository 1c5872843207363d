using Whales.Notifier.Messages.Markup;
using Whales.Notifier.Silences;

namespace Whales.Notifier.Commands.Answers;

/// <summary>/silences: what is silenced in Alertmanager.</summary>
internal sealed class SilencesAnswer(AlertmanagerClient alertmanager)
{
    private const int MaxMatchers = 160;
    private const int MaxComment = 120;
    private const int MaxWho = 60;

    public async Task<MessageText> WriteAsync(AnswerContext context, CancellationToken cancellation)
    {
        IReadOnlyList<Silence> silences;
        try
        {
            silences = await alertmanager.SilencesAsync(cancellation);
        }
        catch (AlertmanagerException failure)
        {
            return new MessageText().Text(AlertsAnswer.Explained(context, failure));
        }

        var text = new MessageText().Bold(silences.Count == 0 ? context.Texts.NoSilences : context.Texts.Silences(silences.Count));
        context.WriteLines(text, [.. silences.Select(silence => Line(context, silence))]);
        return text;
    }

    private static string Line(AnswerContext context, Silence silence)
    {
        var matchers = string.Join(", ", silence.Matchers.Select(matcher => $"{matcher.Name}{Operator(matcher)}{matcher.Value}"));
        var line = $"🔇 {ValueText.Line(matchers, MaxMatchers)}: {context.Texts.Until(context.Clock(silence.EndsAt))}";
        if (ValueText.Line(silence.CreatedBy, MaxWho) is { Length: > 0 } who)
            line += $", {context.Texts.By(who)}";
        return ValueText.Line(silence.Comment, MaxComment) is { Length: > 0 } comment ? $"{line} ({comment})" : line;
    }

    private static string Operator(SilenceMatcher matcher) => (matcher.IsEqual, matcher.IsRegex) switch
    {
        (true, true) => "=~",
        (false, true) => "!~",
        (false, false) => "!=",
        _ => "=",
    };
}
