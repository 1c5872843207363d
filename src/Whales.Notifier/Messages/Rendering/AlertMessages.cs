using Whales.Notifier.Alerts;
using Whales.Notifier.Messages.Markup;

namespace Whales.Notifier.Messages.Rendering;

/// <summary>Whole messages about alerts: as much as fits into one, so that it can be edited.</summary>
internal static class AlertMessages
{
    private static readonly Detail[] Details = [Detail.Full, Detail.NoLabels, Detail.OneLineEach];

    public static RenderedMessage Render(RenderContext context, AlertNotice notice)
    {
        var view = new AlertGroupView(notice.Group, notice.Previously);
        var text = Fit(context, notice.OlderDropped, [new AlertText(context, view, notice.State)], "");
        return new RenderedMessage([text.ToPart()], Keyboards.ForAlerts(context, [view], notice.State, notice.ButtonId), IsSilent(view));
    }

    public static RenderedMessage Render(RenderContext context, AlertBundle bundle)
    {
        var views = bundle.Groups.Select(group => (Notice: group, View: new AlertGroupView(group.Group, group.Previously)))
            .OrderBy(group => group.View.IsOver).ThenBy(group => group.View.Severity).ThenBy(group => group.View.Since).ToList();
        var worst = views[0].View;
        var mark = worst.IsOver ? RenderContext.OverMark : RenderContext.Mark(worst.Severity);
        var word = worst.IsOver ? context.Texts.Resolved : context.Texts.SeverityWord(worst.Severity);
        var headline = $"{mark} {word}: {context.Texts.GroupsAtOnce(views.Count)}";
        var text = Fit(context, bundle.OlderDropped, [.. views.Select(group => new AlertText(context, group.View, Shared(bundle, group.Notice)))], headline);
        return new RenderedMessage([text.ToPart()], Keyboards.ForAlerts(context, [.. views.Select(group => group.View)], bundle.State, bundle.ButtonId), views.All(group => IsSilent(group.View)));
    }

    public static RenderedMessage Render(RenderContext context, AlertReply reply)
    {
        var view = new AlertGroupView(reply.Group);
        var writer = new AlertText(context, view, reply.State);
        var text = new MessageText();
        var duration = context.Duration(view.Since, context.Now);
        switch (reply.Kind)
        {
            case AlertReplyKind.StillFiring when !view.IsOver:
                text.Bold(writer.Headline()).Line().Text(context.Texts.StillFiring(duration));
                break;
            case AlertReplyKind.Worse when !view.IsOver:
                text.Bold(writer.Headline()).Line().Text(context.Texts.Worse(view.Firing));
                break;
            default:
                text.Bold(writer.Headline());
                break;
        }

        var buttons = reply.Kind == AlertReplyKind.StillFiring ? reply.ButtonId : null;
        var silent = reply.Kind == AlertReplyKind.StillFiring && view.Severity != Severity.Critical;
        return new RenderedMessage([text.ToPart()], Keyboards.ForAlerts(context, [view], reply.State, buttons), silent);
    }

    private static AlertState Shared(AlertBundle bundle, AlertNotice group) => new()
    {
        Acknowledged = bundle.State.Acknowledged,
        Silence = bundle.State.Silence,
        Flapping = group.State.Flapping,
        Escalation = group.State.Escalation,
    };

    private static bool IsSilent(AlertGroupView view) => view.Severity is Severity.Info or Severity.None;

    /// <summary>The fullest of the forms that fits: first the label lists go, then all but a line for each alert, then alerts at the end.</summary>
    private static MessageText Fit(RenderContext context, int dropped, IReadOnlyList<AlertText> groups, string headline)
    {
        foreach (var detail in Details)
        {
            var text = Write(context, dropped, groups, headline, detail, context.Options.MaxAlerts, groups.Count);
            if (text.Fits)
                return text;
        }

        for (var listed = context.Options.MaxAlerts - 1; listed >= 0; listed--)
        {
            var text = Write(context, dropped, groups, headline, Detail.OneLineEach, listed, groups.Count);
            if (text.Fits)
                return text;
        }

        // Many groups: their headlines, as many as fit.
        for (var shown = groups.Count - 1; ; shown--)
        {
            var text = Write(context, dropped, groups, headline, Detail.OneLineEach, 0, shown, headlinesOnly: true);
            if (text.Fits || shown <= 1)
                return text;
        }
    }

    private static MessageText Write(
        RenderContext context, int dropped, IReadOnlyList<AlertText> groups, string headline, Detail detail, int listed, int shown, bool headlinesOnly = false)
    {
        var text = new MessageText();
        if (headline.Length > 0)
            text.Bold(headline).Line().Line();
        for (var at = 0; at < shown; at++)
        {
            if (at > 0)
                text.Line().Line();
            if (headlinesOnly)
                text.Bold(groups[at].Headline());
            else
                groups[at].Write(text, detail, listed);
        }

        if (shown < groups.Count)
            text.Line().Line().Text(context.Texts.MoreAlerts(groups.Count - shown));
        if (dropped > 0)
            text.Line().Line().Italic(context.Texts.OlderDropped(dropped));
        return text;
    }
}
