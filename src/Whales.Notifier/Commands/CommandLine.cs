using System.Globalization;
using System.Text.RegularExpressions;

namespace Whales.Notifier.Commands;

/// <summary>A command as people type it: <c>/mute@whales_bot 2h</c>.</summary>
/// <param name="Name">In lower case, without the slash.</param>
/// <param name="Bot">Whom it names after an @; empty when nobody.</param>
/// <param name="Argument">The rest of the line.</param>
internal sealed partial record CommandLine(string Name, string Bot, string Argument)
{
    /// <returns>Null for what is no command.</returns>
    public static CommandLine? Read(string text)
    {
        var match = Pattern().Match(text.Trim());
        return match.Success
            ? new CommandLine(match.Groups[1].Value.ToLowerInvariant(), match.Groups[2].Value, match.Groups[3].Value.Trim())
            : null;
    }

    /// <summary>30m, 2h, 1d, also with Russian letters.</summary>
    public static TimeSpan? Duration(string text)
    {
        var match = DurationPattern().Match(text.Trim().ToLowerInvariant());
        if (!match.Success || !int.TryParse(match.Groups[1].Value, NumberStyles.None, CultureInfo.InvariantCulture, out var count) || count == 0)
            return null;
        return match.Groups[2].Value[0] switch
        {
            'm' or 'м' => TimeSpan.FromMinutes(count),
            'd' or 'д' => TimeSpan.FromDays(count),
            _ => TimeSpan.FromHours(count),
        };
    }

    [GeneratedRegex(@"^/([A-Za-z_]{1,32})(?:@([A-Za-z0-9_]{1,64}))?(?:\s+(.*))?$", RegexOptions.CultureInvariant | RegexOptions.Singleline)]
    private static partial Regex Pattern();

    [GeneratedRegex(@"^(\d{1,4})\s*(min|m|мин|м|h|ч|d|д)$", RegexOptions.CultureInvariant)]
    private static partial Regex DurationPattern();
}
