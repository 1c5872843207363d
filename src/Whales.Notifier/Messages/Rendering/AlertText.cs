using Whales.Notifier.Alerts;
using Whales.Notifier.Messages.Markup;

namespace Whales.Notifier.Messages.Rendering;

/// <summary>How much of a group is said; each step is shorter.</summary>
internal enum Detail
{
    Full,
    NoLabels,
    OneLineEach,
}

/// <summary>Writes one group of alerts: the headline that a lock screen shows, then what helps to act.</summary>
internal sealed class AlertText(RenderContext context, AlertGroupView view, AlertState state)
{
    private const int MaxName = 80;
    private const int MaxPlace = 80;
    private const int MaxSummary = 200;
    private const int MaxDescription = 700;
    private const int MaxLabel = 120;
    private const int MaxLabels = 30;

    /// <summary>What happened, where, how bad: one line without markup.</summary>
    public string Headline()
    {
        var place = ValueText.Line(view.Place, MaxPlace);
        if (view.IsOver)
            return Join($"{RenderContext.OverMark} {context.Texts.Resolved}: {Name()}", place, context.Texts.After(context.Duration(view.Since, End)));
        var start = $"{RenderContext.Mark(view.Severity)} {context.Texts.SeverityWord(view.Severity)}: {Name()}";
        if (view.Alerts.Count == 1)
            return Join(start, WithPlace(Summary(view.First), place), MissingValue(view.First));
        return Join(start, place, context.Texts.Firing(view.Firing) + (view.Over > 0 ? ", " + context.Texts.Over(view.Over) : ""));
    }

    /// <summary>The whole of it.</summary>
    /// <param name="text">Where to.</param>
    /// <param name="detail">How much.</param>
    /// <param name="listed">Alerts of a group that are listed.</param>
    public void Write(MessageText text, Detail detail, int listed)
    {
        text.Bold(Headline());
        WriteState(text);
        if (view.Alerts.Count == 1)
            WriteOne(text, detail);
        else
            WriteMany(text, detail, listed);
        WriteHidden(text, listed);
        if (detail == Detail.Full)
            WriteLabels(text, view.CommonLabels);
        WriteLinks(text);
    }

    private void WriteState(MessageText text)
    {
        if (state.Acknowledged is { } taken)
            text.Line().Text(context.Texts.TakenBy(ValueText.Line(taken.By, MaxName), context.Clock(taken.At)));
        if (view.IsOver)
            return;
        if (state is { Escalation: { } escalation, Acknowledged: null })
            text.Line().Text(context.Texts.Escalated(ValueText.Line(escalation.Chat, MaxName), context.Texts.Duration(escalation.After)));
        if (state.Silence is { } silence && silence.Until > context.Now)
            text.Line().Text(context.Texts.SilencedBy(context.Clock(silence.Until), ValueText.Line(silence.By, MaxName)));
        if (state.Flapping is { } flapping)
        {
            var until = flapping.MutedUntil is { } muted && muted > context.Now ? context.Clock(muted) : null;
            text.Line().Text(context.Texts.Flapping(flapping.Times, context.Texts.Duration(flapping.Within), until));
        }
    }

    private void WriteOne(MessageText text, Detail detail)
    {
        var alert = view.First;
        if (view.IsOver && Summary(alert) is { Length: > 0 } summary)
            text.Line().Text(summary);
        var description = ValueText.Lines(context.Annotation(alert, AlertLabels.Description), detail == Detail.OneLineEach ? MaxSummary : MaxDescription);
        if (description.Length > 0 && !view.IsOver)
            text.Line().Text(description);
        text.Line().Text(Times(alert.StartsAt));
        if (!view.IsOver && Value(alert) is { Length: > 0 } value)
            text.Line().Text(context.Texts.Value(value));
    }

    private void WriteMany(MessageText text, Detail detail, int listed)
    {
        text.Line().Text(Times(view.Since));
        foreach (var alert in view.Alerts.Take(listed))
        {
            var over = alert.Status == AlertStatus.Resolved;
            var which = Which(alert);
            text.Line().Text($"{(over ? RenderContext.OverMark : RenderContext.Mark(Severities.Of(alert)))} {which} — {When(alert)}");
            var description = ValueText.Lines(context.Annotation(alert, AlertLabels.Description), MaxDescription);
            if (detail != Detail.OneLineEach && !over && description.Length > 0)
                text.Line().Text(description);
            if (detail == Detail.Full)
                WriteLabels(text, view.OwnLabels(alert).Where(label => !which.Contains(label.Value, StringComparison.Ordinal)));
        }
    }

    private void WriteHidden(MessageText text, int listed)
    {
        var hidden = (view.Alerts.Count == 1 ? 0 : Math.Max(0, view.Alerts.Count - listed)) + view.Truncated;
        if (hidden > 0)
            text.Line().Link(context.Texts.MoreAlerts(hidden), context.Links.AllAlerts(view.Group));
    }

    private static void WriteLabels(MessageText text, IEnumerable<KeyValuePair<string, string>> labels)
    {
        var lines = labels.Where(label => label.Key != AlertLabels.AlertName).Take(MaxLabels)
            .Select(label => $"{ValueText.Line(label.Key, MaxLabel)}: {ValueText.Line(label.Value, MaxLabel)}").ToList();
        if (lines.Count > 0)
            text.Line().Folded(quote => quote.Text(string.Join('\n', lines)));
    }

    private void WriteLinks(MessageText text)
    {
        var alert = view.First;
        (string Text, string? Address)[] links =
        [
            (context.Texts.Runbook, MessageLinks.Runbook(alert)),
            (context.Texts.Dashboard, context.Links.Dashboard(alert)),
            (context.Texts.Query, context.Links.Query(alert)),
            (context.Texts.SilenceForm, view.IsOver ? null : context.Links.SilenceForm(view)),
        ];
        var first = true;
        foreach (var (words, address) in links.Where(link => MessageText.TryAddress(link.Address, out _)))
        {
            _ = first ? text.Line() : text.Text(RenderContext.Separator);
            text.Link(words, address);
            first = false;
        }
    }

    private string Times(DateTimeOffset since) => view.IsOver
        ? context.Texts.From(context.Clock(since), context.Clock(End))
        : context.Texts.Since(context.Clock(since), context.Duration(since, context.Now));

    /// <summary>An alert that was only found missing ended some time before now.</summary>
    private DateTimeOffset End => view.EndedAt ?? context.Now;

    private string When(Alert alert) => alert switch
    {
        { Status: AlertStatus.Firing } => context.Texts.SinceShort(context.Clock(alert.StartsAt), context.Duration(alert.StartsAt, context.Now)),
        { EndsAt: { } end } => context.Texts.Lasted(context.Duration(alert.StartsAt, end)),
        _ => context.Texts.OverUnknown,
    };

    private string Name() => view.Names switch
    {
        [] => context.Texts.UnnamedAlert,
        var names => ValueText.Line(string.Join(", ", names.Take(3)), MaxName),
    };

    private string RawSummary(Alert alert) => context.Annotation(alert, AlertLabels.Summary);

    private string Summary(Alert alert) => ValueText.Line(RawSummary(alert), MaxSummary);

    /// <summary>What tells an alert from its neighbours: its summary, unless they all have the same; else its own labels.</summary>
    private string Which(Alert alert)
    {
        var summary = Summary(alert);
        if (summary.Length > 0 && view.Alerts.Count(other => RawSummary(other) == RawSummary(alert)) == 1)
            return summary;
        var own = string.Join(", ", view.OwnLabels(alert).Take(4).Select(label => $"{label.Key}={label.Value}"));
        var labels = ValueText.Line(own, MaxSummary);
        return labels.Length > 0 ? labels : summary.Length > 0 ? summary : Name();
    }

    private static string Value(Alert alert) => ValueText.Line(alert.Annotations.GetValueOrDefault(AlertLabels.Value, ""), MaxPlace);

    /// <summary>The value, where the summary does not say it already.</summary>
    private string MissingValue(Alert alert)
    {
        var value = Value(alert);
        return Summary(alert).Contains(value, StringComparison.Ordinal) ? "" : value;
    }

    private static string WithPlace(string summary, string place) =>
        summary.Length == 0 || place.Length == 0 || summary.Contains(place, StringComparison.Ordinal) ? Join(summary.Length == 0 ? place : summary) : Join(place, summary);

    private static string Join(params ReadOnlySpan<string> parts)
    {
        var kept = new List<string>();
        foreach (var part in parts)
        {
            if (part.Length > 0)
                kept.Add(part);
        }

        return string.Join(RenderContext.Separator, kept);
    }
}
