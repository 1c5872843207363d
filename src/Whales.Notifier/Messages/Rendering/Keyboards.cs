using Whales.Notifier.Commands;
using Whales.Notifier.Messages.Markup;

namespace Whales.Notifier.Messages.Rendering;

/// <summary>The buttons under a message: silence and take while something fires, undo while it can be undone.</summary>
internal static class Keyboards
{
    private const int MaxName = 24;
    private const int MaxButton = 64;
    private static readonly int[] Hours = [1, 4, 24];

    public static IReadOnlyList<IReadOnlyList<Button>> ForAlerts(RenderContext context, IReadOnlyList<AlertGroupView> views, AlertState state, string? buttonId)
    {
        if (buttonId is null || views.All(view => view.IsOver))
            return [];
        var rows = new List<IReadOnlyList<Button>>();
        var silenced = state.Silence is { } silence && silence.Until > context.Now;
        if (!silenced && context.CanSilence)
            rows.Add([.. Hours.Select(hours => AButton(context.Texts.SilenceFor(hours), ButtonData.Silence(buttonId, hours)))]);
        else if (silenced && state.Silence!.UndoUntil > context.Now)
            rows.Add([AButton(context.Texts.Undo, ButtonData.Undo(buttonId))]);
        var names = views.Where(view => !view.IsOver).SelectMany(view => view.Names).Distinct(StringComparer.Ordinal).ToList();
        if (!silenced && context.CanSilence && names is [var name])
            rows.Add([AButton(context.Texts.SilenceName(ValueText.Line(name, MaxName), ButtonData.NameHours), ButtonData.SilenceName(buttonId))]);
        if (state.Acknowledged is null)
            rows.Add([AButton(context.Texts.Take, ButtonData.Take(buttonId))]);
        return rows;
    }

    private static Button AButton(string text, string data) => new(ValueText.Line(text, MaxButton), data);
}
