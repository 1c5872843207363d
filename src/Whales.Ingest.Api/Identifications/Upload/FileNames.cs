using System.Globalization;
using System.Text;
using Microsoft.Net.Http.Headers;

namespace Whales.Ingest.Api.Identifications.Upload;

/// <summary>What is kept of the name that a client gives a file. It is shown to people and never used as a path.</summary>
internal static class FileNames
{
    /// <summary>Longest name, in UTF-16 code units.</summary>
    public const int MaxLength = 255;

    /// <summary>The name in a Content-Disposition; <c>filename*</c> (RFC 5987) goes before <c>filename</c>.</summary>
    public static string? From(ContentDispositionHeaderValue? disposition) =>
        disposition is null ? null : Clean(disposition.FileNameStar.Value) ?? Clean(Unescape(disposition.FileName.Value));

    /// <summary>
    /// The last segment of a path of either kind, without control characters, marks that turn the reading direction and other invisible
    /// characters, trimmed and at most <see cref="MaxLength"/> long; null when nothing is left.
    /// </summary>
    public static string? Clean(string? name)
    {
        if (string.IsNullOrEmpty(name))
            return null;
        var clean = new StringBuilder(Math.Min(name.Length, MaxLength));
        foreach (var rune in name.AsSpan(name.LastIndexOfAny(['/', '\\']) + 1).EnumerateRunes())
        {
            // A half of a surrogate pair comes out as the replacement character.
            if (rune == Rune.ReplacementChar || IsInvisible(rune))
                continue;
            if (clean.Length == 0 && Rune.IsWhiteSpace(rune))
                continue;
            if (clean.Length + rune.Utf16SequenceLength > MaxLength)
                break;
            clean.Append(rune.ToString());
        }

        var result = clean.ToString().TrimEnd();
        return result is "" or "." or ".." ? null : result;
    }

    /// <summary>At most the first 100 code units: a message stays below 2 kB, whatever the client calls its file.</summary>
    public static string? Shortened(string? name)
    {
        const int Most = 100;
        return name is null || name.Length <= Most ? name : name[..(char.IsHighSurrogate(name[Most - 1]) ? Most - 1 : Most)];
    }

    private static bool IsInvisible(Rune rune) => Rune.GetUnicodeCategory(rune)
        is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
        or UnicodeCategory.Surrogate or UnicodeCategory.OtherNotAssigned;

    // Only \" is undone: other backslashes are more often a Windows path sent as it is than an escape.
    private static string? Unescape(string? name) => name?.Replace("\\\"", "\"", StringComparison.Ordinal);
}
