using System.Globalization;
using Microsoft.Extensions.Primitives;

namespace Whales.Ingest.Api.Identifications;

/// <summary>The <c>wait</c> preference of RFC 7240.</summary>
internal static class Preferences
{
    /// <summary>What <c>Prefer: wait=N</c> asks for; null without one. What cannot be read is ignored, as the RFC has it; N beyond the longest wait counts as that.</summary>
    public static TimeSpan? Wait(StringValues prefer)
    {
        foreach (var header in prefer)
        {
            foreach (var preference in (header ?? "").Split(','))
            {
                var token = preference.Split(';')[0];
                var equals = token.IndexOf('=', StringComparison.Ordinal);
                if (equals < 0 || !token.AsSpan(0, equals).Trim().Equals("wait", StringComparison.OrdinalIgnoreCase))
                    continue;
                var value = token.AsSpan(equals + 1).Trim().Trim('"');
                if (!ulong.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds))
                    return null;
                return TimeSpan.FromSeconds((long)Math.Min(seconds, (ulong)IdentificationWaiters.Longest.TotalSeconds));
            }
        }
        return null;
    }

    /// <summary>Says that the preference was followed.</summary>
    public static void Applied(HttpResponse response, TimeSpan wait) =>
        response.Headers["Preference-Applied"] = string.Create(CultureInfo.InvariantCulture, $"wait={wait.TotalSeconds:0}");
}
