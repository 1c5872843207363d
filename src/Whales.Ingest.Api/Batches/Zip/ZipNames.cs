using System.Globalization;
using System.Text;

namespace Whales.Ingest.Api.Batches.Zip;

/// <summary>Names of ZIP entries. They are shown and judged, never used as paths.</summary>
internal static class ZipNames
{
    private const ushort Utf8Flag = 0x0800;
    private const int MaxShown = 255;

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
    private static readonly Encoding Dos = CodePagesEncodingProvider.Instance.GetEncoding(437)!;

    /// <summary>UTF-8 where the flag says so or the bytes are, as macOS and Linux write it without the flag; else the code page of the format's first days.</summary>
    public static string Decode(ReadOnlySpan<byte> raw, ushort flags)
    {
        if ((flags & Utf8Flag) != 0)
            return Encoding.UTF8.GetString(raw);
        try
        {
            return StrictUtf8.GetString(raw);
        }
        catch (DecoderFallbackException)
        {
            return Dos.GetString(raw);
        }
    }

    /// <summary>True for an absolute name, one with a drive, one that climbs with <c>..</c> and one with a NUL: an honest archiver makes none of them.</summary>
    public static bool IsUnsafe(string name) =>
        name.StartsWith('/') || name.StartsWith('\\') || name.Contains('\0', StringComparison.Ordinal)
        || (name.Length >= 2 && name[1] == ':' && char.IsAsciiLetter(name[0]))
        || Segments(name).Any(segment => segment.Trim() == "..");

    /// <summary>True for folders and for what operating systems leave in every folder.</summary>
    public static bool IsIgnored(string name) =>
        name.EndsWith('/') || name.EndsWith('\\')
        || Segments(name).Any(segment => segment.StartsWith('.') || segment is "__MACOSX")
        || Segments(name)[^1].ToUpperInvariant() is "THUMBS.DB" or "DESKTOP.INI";

    /// <summary>The name for people: without invisible characters, its last 255 characters.</summary>
    public static string Shown(string name)
    {
        var clean = new StringBuilder(Math.Min(name.Length, 2 * MaxShown));
        foreach (var rune in name.EnumerateRunes())
        {
            if (Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator
                or UnicodeCategory.ParagraphSeparator or UnicodeCategory.Surrogate or UnicodeCategory.OtherNotAssigned))
                clean.Append(rune.ToString());
        }

        var from = Math.Max(0, clean.Length - MaxShown);
        if (from > 0 && char.IsLowSurrogate(clean[from]))
            from++;
        return clean.ToString(from, clean.Length - from);
    }

    private static string[] Segments(string name) => name.Split('/', '\\');
}
