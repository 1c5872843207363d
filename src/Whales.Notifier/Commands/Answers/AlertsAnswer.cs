using Whales.Notifier.Alerts;
using Whales.Notifier.Messages.Markup;
using Whales.Notifier.Messages.Rendering;
using Whales.Notifier.Silences;

namespace Whales.Notifier.Commands.Answers;

/// <summary>/alerts: what fires now, from Alertmanager; from our own store while that does not answer.</summary>
internal sealed class AlertsAnswer(AlertmanagerClient alertmanager, INotifierState state)
{
    private const int MaxLine = 200;

    public async Task<MessageText> WriteAsync(AnswerContext context, CancellationToken cancellation)
    {
        try
        {
            return Listed(context, await alertmanager.AlertsAsync(cancellation));
        }
        catch (AlertmanagerException failure)
        {
            var remembered = await state.FiringAsync(cancellation);
            var text = new MessageText().Text(Explained(context, failure)).Line().Text(context.Texts.FromMemory);
            return Write(context, text.Line(), [.. remembered.SelectMany(group => group.Alerts).Where(alert => alert.Status == AlertStatus.Firing)]);
        }
    }

    public static string Explained(AnswerContext context, AlertmanagerException failure) =>
        context.Texts.Alertmanager(failure.Failure, ValueText.Line(failure.Detail, MaxLine));

    private static MessageText Listed(AnswerContext context, IReadOnlyList<ListedAlert> listed)
    {
        var active = listed.Where(alert => alert.Status.SilencedBy.Count == 0 && alert.Status.InhibitedBy.Count == 0).Select(alert => alert.ToAlert()).ToList();
        var text = Write(context, new MessageText(), active);
        var silenced = listed.Count(alert => alert.Status.SilencedBy.Count > 0);
        var inhibited = listed.Count(alert => alert.Status.SilencedBy.Count == 0 && alert.Status.InhibitedBy.Count > 0);
        var rest = string.Join(", ", new[] { silenced > 0 ? context.Texts.SilencedOnes(silenced) : "", inhibited > 0 ? context.Texts.InhibitedOnes(inhibited) : "" }.Where(part => part.Length > 0));
        return rest.Length > 0 ? text.Line().Text(rest) : text;
    }

    private static MessageText Write(AnswerContext context, MessageText text, IReadOnlyList<Alert> alerts)
    {
        // The heartbeat always fires.
        var shown = alerts.Where(alert => Severities.Of(alert) != Severity.None).OrderBy(Severities.Of).ThenBy(alert => alert.StartsAt).ToList();
        text.Bold(shown.Count == 0 ? $"{RenderContext.OverMark} {context.Texts.NothingFires}" : context.Texts.Fires(shown.Count));
        context.WriteLines(text, [.. shown.Select(alert => Line(context, alert))]);
        return text;
    }

    private static string Line(AnswerContext context, Alert alert)
    {
        var summary = ValueText.Line(alert.Annotations.GetValueOrDefault(AlertLabels.Summary, ""), MaxLine);
        var place = ValueText.Line(AlertPlaces.Of(alert), MaxLine);
        var name = ValueText.Line(alert.Name.Length > 0 ? alert.Name : context.Words.UnnamedAlert, MaxLine);
        var what = summary.Length > 0 ? $"{name}{RenderContext.Separator}{summary}" : place.Length > 0 ? $"{name}{RenderContext.Separator}{place}" : name;
        return $"{RenderContext.Mark(Severities.Of(alert))} {what}, {context.Words.SinceShort(context.Clock(alert.StartsAt), context.Since(alert.StartsAt))}";
    }
}
