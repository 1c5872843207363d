using Whales.Notifier.Alerts;
using Whales.Notifier.Messages.Texts;

namespace Whales.Notifier.Messages.Rendering;

/// <summary>What every part of a message is written with.</summary>
internal sealed record RenderContext(MessageTexts Texts, Reader Reader, DateTimeOffset Now, MessageOptions Options, MessageLinks Links, bool CanSilence)
{
    public const string Separator = " · ";

    public string Clock(DateTimeOffset time) => Texts.Clock(time, Now, Reader.TimeZone);

    public string Duration(DateTimeOffset from, DateTimeOffset to) => Texts.Duration(to - from);

    /// <summary>The annotation in the reader's language where the rule has one (<c>summary_ru</c>), else as it is; empty without.</summary>
    public string Annotation(Alert alert, string name)
    {
        if (Reader.Language == Language.Russian && alert.Annotations.GetValueOrDefault(name + "_ru") is { Length: > 0 } own)
            return own;
        return alert.Annotations.GetValueOrDefault(name, "");
    }

    public static string Mark(Severity severity) => severity switch
    {
        Severity.Critical => "🔥",
        Severity.Warning => "⚠️",
        _ => "ℹ️",
    };

    public const string OverMark = "✅";
}
