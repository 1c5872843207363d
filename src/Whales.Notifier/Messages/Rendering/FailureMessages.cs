using Whales.Contracts;
using Whales.Notifier.Alerts;
using Whales.Notifier.Messages.Markup;

namespace Whales.Notifier.Messages.Rendering;

/// <summary>Failures inside the system: how many, what it means, what to do, one example.</summary>
internal static class FailureMessages
{
    private const int MaxWord = 80;
    private const int MaxSample = 300;

    /// <summary>A photo that cannot be read is its sender's matter; a model that serves nothing, or photos that are gone, are everybody's.</summary>
    public static Severity SeverityOf(FailureType type, string reason) => (type, reason) switch
    {
        (FailureType.IdentificationFailed, FailureCodes.CorruptedImage) => Severity.Info,
        (FailureType.IdentificationFailed, FailureCodes.ImageMissing) => Severity.Critical,
        (FailureType.ModelLoadFailed, _) => Severity.Critical,
        _ => Severity.Warning,
    };

    public static RenderedMessage Render(RenderContext context, FailureSummary summary)
    {
        var texts = context.Texts;
        var severity = SeverityOf(summary.Type, summary.Reason);
        var help = texts.FailureHelp(summary.Type, summary.Reason);
        var model = ValueText.Line(summary.Model, MaxWord);
        var what = texts.FailureHeadline(summary.Type, ValueText.Line(summary.Reason, MaxWord), summary.Count);

        var text = new MessageText();
        text.Bold($"{RenderContext.Mark(severity)} {texts.SeverityWord(severity)}: {(model.Length > 0 ? model + RenderContext.Separator : "")}{what}")
            .Line().Text(help.Meaning)
            .Line().Text($"{texts.WhatToDo}: {help.Action}")
            .Line().Text(Times(context, summary));
        WriteSample(context, text, summary.Sample);
        if (summary.OlderDropped > 0)
            text.Line().Line().Italic(texts.OlderDropped(summary.OlderDropped));
        return new RenderedMessage([text.ToPart()], [], severity == Severity.Info);
    }

    private static string Times(RenderContext context, FailureSummary summary) => summary.Last is { } last && last - summary.Since >= TimeSpan.FromMinutes(1)
        ? context.Texts.Between(context.Clock(summary.Since), context.Clock(last))
        : context.Texts.SinceShort(context.Clock(summary.Since), context.Duration(summary.Since, context.Now));

    private static void WriteSample(RenderContext context, MessageText text, FailureSample sample)
    {
        var words = ValueText.Line(SampleText.Clean(sample.Text), MaxSample);
        var id = ValueText.Line(sample.Id, MaxWord);
        var worker = ValueText.Line(sample.Worker, MaxWord);
        if (words.Length == 0 && id.Length == 0)
            return;
        text.Line().Text($"{context.Texts.Example}: ");
        if (id.Length > 0)
            text.Code(id);
        if (worker.Length > 0)
            text.Text($"{(id.Length > 0 ? " " : "")}{context.Texts.SeenOn(worker)}");
        if (words.Length > 0)
            text.Line().Italic(words);
    }
}
