using System.Globalization;
using System.Text;

namespace Whales.Notifier.Alerts;

/// <summary>Reads a JSON string that holds half of a surrogate pair, which .NET's reader refuses.</summary>
internal static class LoneSurrogates
{
    /// <param name="raw">The string with its quotes and escapes, known to be valid JSON.</param>
    public static string Unescape(string raw)
    {
        var text = new StringBuilder(raw.Length);
        for (var at = 1; at < raw.Length - 1; at++)
        {
            if (raw[at] != '\\')
            {
                text.Append(raw[at]);
                continue;
            }

            at++;
            if (raw[at] == 'u')
            {
                text.Append((char)int.Parse(raw.AsSpan(at + 1, 4), NumberStyles.HexNumber, CultureInfo.InvariantCulture));
                at += 4;
                continue;
            }

            text.Append(raw[at] switch { 'n' => '\n', 't' => '\t', 'r' => '\r', 'b' => '\b', 'f' => '\f', var other => other });
        }

        // Encoding replaces what is half.
        return Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text.ToString()));
    }
}
