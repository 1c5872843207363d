using System.Globalization;
using Whales.Notifier.Alerts;
using Whales.Notifier.Messages.Markup;
using Whales.Notifier.Messages.Texts;

namespace Whales.Notifier.Messages.Rendering;

/// <summary>Many things in one message: a storm as it grows, and the day.</summary>
internal static class DigestMessages
{
    private const int MaxLines = 20;
    private const int MaxPlaces = 3;
    private const int MaxModels = 20;
    private const int MaxWord = 60;
    private const int MaxOutcomes = 8;

    public static RenderedMessage Render(RenderContext context, Digest digest)
    {
        var texts = context.Texts;
        var firing = digest.Entries.Where(entry => entry.Status == AlertStatus.Firing).ToList();
        var severity = firing.Select(entry => entry.Severity).DefaultIfEmpty(Severity.Info).Min();
        var mark = firing.Count == 0 ? RenderContext.OverMark : RenderContext.Mark(severity);
        var word = firing.Count == 0 ? texts.Resolved : texts.SeverityWord(severity);
        var all = digest.Entries.Sum(entry => entry.Count);
        var now = firing.Sum(entry => entry.Count);
        var within = context.Duration(digest.Since, digest.Until ?? context.Now);

        var text = new MessageText();
        text.Bold($"{mark} {word}: {texts.Storm(all, within)}").Line().Text($"{texts.Counts(now, all - now)}{RenderContext.Separator}{texts.SinceShort(context.Clock(digest.Since), within)}");
        WriteKinds(context, text, digest.Entries);
        if (firing.Count > 0)
            text.Line().Line().Italic(texts.DigestAdvice);
        if (digest.OlderDropped > 0)
            text.Line().Line().Italic(texts.OlderDropped(digest.OlderDropped));
        return new RenderedMessage([text.ToPart()], [], severity != Severity.Critical || firing.Count == 0);
    }

    public static RenderedMessage Render(RenderContext context, DailySummary day)
    {
        var texts = context.Texts;
        var text = new MessageText();
        text.Bold($"📋 {texts.Day(context.Clock(day.From), context.Clock(day.To))}");
        if (day.Models is not { } models)
            text.Line().Text(texts.DayModelsUnknown);
        else if (models.Count == 0)
            text.Line().Text(texts.DayNoPhotos);
        else
            foreach (var model in models.Take(MaxModels))
                text.Line().Text(ModelLine(texts, model));
        if (day.Waiting is null)
            text.Line().Text(texts.DayWaitingUnknown);
        else if (day.Waiting > 0)
            text.Line().Text(texts.DayWaiting(day.Waiting.Value));
        if (day.DeadLetters is null)
            text.Line().Text(texts.DayDeadLettersUnknown);
        else if (day.DeadLetters > 0)
            text.Line().Text(texts.DayDeadLetters(day.DeadLetters.Value));
        text.Line().Line().Bold(day.Alerts.Count == 0 ? texts.DayNoAlerts : texts.DayAlerts);
        WriteKinds(context, text, day.Alerts);
        if (day.OlderDropped > 0)
            text.Line().Line().Italic(texts.OlderDropped(day.OlderDropped));
        return new RenderedMessage([text.ToPart()], [], Silent: true);
    }

    /// <summary>A line for each name: worst first, then the most.</summary>
    private static void WriteKinds(RenderContext context, MessageText text, IReadOnlyList<DigestEntry> entries)
    {
        var kinds = entries.GroupBy(entry => (entry.Status, entry.Severity, entry.Name))
            .Select(kind => (kind.Key.Status, kind.Key.Severity, kind.Key.Name, Count: kind.Sum(entry => entry.Count), Places: Places(context, kind)))
            .OrderBy(kind => kind.Status).ThenBy(kind => kind.Severity).ThenByDescending(kind => kind.Count).ThenBy(kind => kind.Name, StringComparer.Ordinal)
            .ToList();
        foreach (var kind in kinds.Take(MaxLines))
        {
            var mark = kind.Status == AlertStatus.Firing ? RenderContext.Mark(kind.Severity) : RenderContext.OverMark;
            var name = ValueText.Line(kind.Name.Length > 0 ? kind.Name : context.Texts.UnnamedAlert, MaxWord);
            text.Line().Text(string.Create(CultureInfo.InvariantCulture, $"{mark} {name} ×{kind.Count}{kind.Places}"));
        }

        if (kinds.Count > MaxLines)
            text.Line().Text(context.Texts.MoreKinds(kinds.Count - MaxLines));
    }

    private static string Places(RenderContext context, IEnumerable<DigestEntry> entries)
    {
        var places = entries.GroupBy(entry => entry.Place, StringComparer.Ordinal).Where(place => place.Key.Length > 0)
            .OrderByDescending(place => place.Sum(entry => entry.Count)).ThenBy(place => place.Key, StringComparer.Ordinal).Select(place => place.Key).ToList();
        if (places.Count == 0)
            return "";
        var shown = string.Join(", ", places.Take(MaxPlaces).Select(place => ValueText.Line(place, MaxWord / 2)));
        return ": " + shown + (places.Count > MaxPlaces ? " " + context.Texts.MorePlaces(places.Count - MaxPlaces) : "");
    }

    /// <summary>How many photos, how they ended, how long the slowest took.</summary>
    private static string ModelLine(MessageTexts texts, ModelDay model)
    {
        var outcomes = model.Outcomes.Where(outcome => outcome.Value > 0).Take(MaxOutcomes).Select(outcome => texts.Outcome(ValueText.Line(outcome.Key, MaxWord), outcome.Value)).ToList();
        if (model.WorstSeconds is { } worst)
            outcomes.Add(texts.DaySlowest(texts.Seconds(worst)));
        return texts.DayModel(ValueText.Line(model.Model, MaxWord), model.Outcomes.Values.Sum(), string.Join(", ", outcomes));
    }
}
