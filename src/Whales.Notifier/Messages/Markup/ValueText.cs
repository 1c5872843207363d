using System.Globalization;
using System.Text;

namespace Whales.Notifier.Messages.Markup;

/// <summary>Makes text of strangers (labels, annotations, names, exceptions) fit to be shown among ours.</summary>
internal static class ValueText
{
    private const string Ellipsis = "…";

    // First strong isolate and its end: a right-to-left value must not turn the words around it.
    private const char Isolate = '\u2068';
    private const char EndIsolate = '\u2069';

    /// <summary>One line of at most <paramref name="max"/> UTF-16 units, never cut inside a character as people see it.</summary>
    public static string Line(string value, int max) => Prepare(value, max, lines: false);

    /// <summary>Like <see cref="Line"/>, with the line breaks kept (not more than two in a row).</summary>
    public static string Lines(string value, int max) => Prepare(value, max, lines: true);

    private static string Prepare(string value, int max, bool lines)
    {
        // Whatever the length, only the beginning can be shown: no work on the rest.
        var raw = value.Length > max * 4 ? value.AsSpan(0, max * 4) : value.AsSpan();
        var text = new StringBuilder(Math.Min(raw.Length, max * 4));
        var rightToLeft = false;
        var breaks = 0;
        foreach (var rune in raw.EnumerateRunes())
        {
            var kept = Replace(rune, lines);
            if (kept.Value == 0)
                continue;
            breaks = kept.Value == '\n' ? breaks + 1 : 0;
            if (breaks > 2 || (kept.Value == ' ' && (text.Length == 0 || text[^1] is ' ' or '\n')))
                continue;
            rightToLeft |= IsRightToLeft(kept.Value);
            text.Append(kept.ToString());
        }

        var room = rightToLeft ? max - 2 : max;
        var clipped = Clip(text.ToString().Trim(), room);
        return rightToLeft ? $"{Isolate}{clipped}{EndIsolate}" : clipped;
    }

    private static Rune Replace(Rune rune, bool lines) => rune.Value switch
    {
        '\n' or 0x2028 or 0x2029 or 0x85 => new Rune(lines ? '\n' : ' '),
        '\t' or '\r' or 0xA0 => new Rune(' '),
        // Controls, and what orders or hides text without being seen.
        < 0x20 or (>= 0x7F and < 0xA0) => new Rune(0xFFFD),
        0x200E or 0x200F or 0x061C or 0xFEFF or (>= 0x202A and <= 0x202E) or (>= 0x2066 and <= 0x2069) => default,
        // Noncharacters, and the tag characters that smuggle text.
        (>= 0xFDD0 and <= 0xFDEF) or (>= 0xE0000 and <= 0xE0FFF) => default,
        var other when (other & 0xFFFE) == 0xFFFE => default,
        _ => rune,
    };

    private static bool IsRightToLeft(int value) =>
        value is (>= 0x0590 and <= 0x08FF) or (>= 0xFB1D and <= 0xFDFF) or (>= 0xFE70 and <= 0xFEFC) or (>= 0x10800 and <= 0x10FFF) or (>= 0x1E800 and <= 0x1EFFF);

    private static string Clip(string text, int max)
    {
        if (text.Length <= max)
            return text;
        var end = 0;
        while (end < text.Length)
        {
            var length = StringInfo.GetNextTextElementLength(text, end);
            if (end + length > max - Ellipsis.Length)
                break;
            end += length;
        }

        // A single "character" of a thousand marks: cut it between runes.
        if (end == 0)
        {
            foreach (var rune in text.EnumerateRunes())
            {
                if (end + rune.Utf16SequenceLength > max - Ellipsis.Length)
                    break;
                end += rune.Utf16SequenceLength;
            }
        }

        return text[..end].TrimEnd() + Ellipsis;
    }
}
