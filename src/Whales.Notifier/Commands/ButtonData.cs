using System.Globalization;
using System.Text.RegularExpressions;

namespace Whales.Notifier.Commands;

/// <summary>What a button carries: a verb and the short id of its message, at most 64 bytes.</summary>
internal sealed partial record ButtonData(ButtonVerb Verb, int Hours, string ButtonId)
{
    /// <summary>How long the button that silences every alert of a name does so.</summary>
    public const int NameHours = 4;

    public static string Silence(string buttonId, int hours) => Checked(string.Create(CultureInfo.InvariantCulture, $"s{hours}:{buttonId}"));

    public static string SilenceName(string buttonId) => Checked(string.Create(CultureInfo.InvariantCulture, $"n{NameHours}:{buttonId}"));

    public static string Undo(string buttonId) => Checked($"u:{buttonId}");

    public static string Take(string buttonId) => Checked($"a:{buttonId}");

    /// <returns>Null for what no button of ours carries.</returns>
    public static ButtonData? Read(string data)
    {
        if (!Pattern().IsMatch(data))
            return null;
        var colon = data.IndexOf(':', StringComparison.Ordinal);
        var (verb, hours, id) = (data[0], data[1..colon], data[(colon + 1)..]);
        var parsed = hours.Length == 0 ? 0 : int.Parse(hours, CultureInfo.InvariantCulture);
        return (verb, parsed) switch
        {
            ('s', 1 or 4 or 24) => new ButtonData(ButtonVerb.Silence, parsed, id),
            ('n', NameHours) => new ButtonData(ButtonVerb.SilenceName, parsed, id),
            ('u', 0) => new ButtonData(ButtonVerb.Undo, 0, id),
            ('a', 0) => new ButtonData(ButtonVerb.Take, 0, id),
            _ => null,
        };
    }

    private static string Checked(string data) => Pattern().IsMatch(data)
        ? data
        : throw new ArgumentException("A button's id has 1 to 40 characters of A-Z, a-z, 0-9, - and _.");

    [GeneratedRegex(@"^[snua](\d{1,3})?:[A-Za-z0-9_-]{1,40}\z", RegexOptions.CultureInvariant)]
    private static partial Regex Pattern();
}

internal enum ButtonVerb
{
    Silence,
    SilenceName,
    Undo,
    Take,
}
