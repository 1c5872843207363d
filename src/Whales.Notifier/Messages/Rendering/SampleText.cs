using System.Text.RegularExpressions;

namespace Whales.Notifier.Messages.Rendering;

/// <summary>
/// What may be shown in a chat of an error's text: its first line, without anything that names a person or a place. The chat is
/// read by more people than the logs are, and where a whale was seen is nobody's business there.
/// </summary>
internal static partial class SampleText
{
    private const int MaxRead = 2000;
    private const string Hidden = "[…]";

    public static string Clean(string text)
    {
        try
        {
            return Cleaned(text);
        }
        catch (RegexMatchTimeoutException)
        {
            // A text made to be slow: better nothing of it than all of it.
            return Hidden;
        }
    }

    private static string Cleaned(string text)
    {
        var read = text.Length > MaxRead ? text[..MaxRead] : text;
        var line = read.Split('\n').Select(part => part.Trim()).FirstOrDefault(part => part.Length > 0 && !StackFrame().IsMatch(part)) ?? "";
        line = Trace().Replace(line, "");
        line = UserInfo().Replace(line, "://" + Hidden + "@");
        line = Address().Replace(line, Hidden);
        line = Home().Replace(line, "$1" + Hidden);
        line = Position().Replace(line, Hidden);
        line = Degrees().Replace(line, Hidden);
        return Blob().Replace(line, Hidden);
    }

    [GeneratedRegex(@"^(at |в )\S+\(", RegexOptions.CultureInvariant)]
    private static partial Regex StackFrame();

    /// <summary>A stack trace that lost its line breaks.</summary>
    [GeneratedRegex(@"\s+at [\w.`<>+]+\(.*$", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 200)]
    private static partial Regex Trace();

    [GeneratedRegex(@"://[^\s/@]+@", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 200)]
    private static partial Regex UserInfo();

    [GeneratedRegex(@"[\w.+-]+@[\w-]+\.[\w.-]+", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 200)]
    private static partial Regex Address();

    [GeneratedRegex(@"(/home/|/Users/|\\Users\\)[^\s/\\'"":]+", RegexOptions.CultureInvariant)]
    private static partial Regex Home();

    /// <summary>Two decimal numbers that may be latitude and longitude.</summary>
    [GeneratedRegex(@"[-+]?\d{1,3}\.\d{3,}\s*[°NSns]?\s*[,;/ ]\s*[-+]?\d{1,3}\.\d{3,}(\s*°|\s*[EWew]\b)?", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 200)]
    private static partial Regex Position();

    [GeneratedRegex(@"\d{1,3}\s*°\s*\d{1,2}\s*['′][^,;]{0,12}[NSEWnsew]", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 200)]
    private static partial Regex Degrees();

    /// <summary>What is long and has no spaces may be content; a UUID is shorter.</summary>
    [GeneratedRegex(@"[A-Za-z0-9+/=_-]{60,}", RegexOptions.CultureInvariant)]
    private static partial Regex Blob();
}
