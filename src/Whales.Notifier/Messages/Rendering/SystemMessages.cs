using Whales.Notifier.Alerts;
using Whales.Notifier.Messages.Markup;

namespace Whales.Notifier.Messages.Rendering;

/// <summary>About monitoring and the notifier itself.</summary>
internal static class SystemMessages
{
    private const int MaxWord = 80;
    private const int MaxDetail = 200;

    public static RenderedMessage Render(RenderContext context, HeartbeatLost lost)
    {
        var texts = context.Texts;
        var headline = lost.LastSeen is { } seen
            ? lost.Again ? texts.HeartbeatLostAgain(context.Duration(seen, context.Now)) : texts.HeartbeatLost(context.Duration(seen, context.Now))
            : texts.HeartbeatNeverSeen;
        var text = Headline(context, Severity.Critical, headline).Line().Text(texts.HeartbeatMeaning);
        if (lost.LastSeen is { } last)
            text.Line().Text(texts.HeartbeatLastSeen(context.Clock(last)));
        return Message(context, text, lost, silent: false);
    }

    public static RenderedMessage Render(RenderContext context, HeartbeatReturned returned) => Message(
        context,
        new MessageText().Bold($"{RenderContext.OverMark} {context.Texts.HeartbeatReturned(context.Duration(returned.LastSeen, returned.At))}")
            .Line().Text(context.Texts.HeartbeatGap(context.Clock(returned.LastSeen), context.Clock(returned.At))),
        returned, silent: false);

    public static RenderedMessage Render(RenderContext context, OperatorNotice notice)
    {
        var words = context.Texts.Operator(notice.Kind, ValueText.Line(notice.Chat, MaxWord), ValueText.Line(notice.Detail, MaxDetail));
        var text = notice.Kind == OperatorNoticeKind.ChatBack
            ? new MessageText().Text($"{RenderContext.OverMark} {words}")
            : Headline(context, Severity.Warning, words);
        return Message(context, text, notice, silent: notice.Kind == OperatorNoticeKind.ChatBack);
    }

    public static RenderedMessage Render(RenderContext context, TestNotice test)
    {
        var text = new MessageText().Bold($"🐋 {context.Texts.Test}").Line().Text(context.Texts.TestMeaning);
        if (ValueText.Lines(test.Text, MaxDetail * 5) is { Length: > 0 } own)
            text.Line().Line().Text(own);
        return Message(context, text, test, silent: false);
    }

    private static MessageText Headline(RenderContext context, Severity severity, string words) =>
        new MessageText().Bold($"{RenderContext.Mark(severity)} {context.Texts.SeverityWord(severity)}: {words}");

    private static RenderedMessage Message(RenderContext context, MessageText text, Notice notice, bool silent)
    {
        if (notice.OlderDropped > 0)
            text.Line().Line().Italic(context.Texts.OlderDropped(notice.OlderDropped));
        return new RenderedMessage([text.ToPart()], [], silent);
    }
}
