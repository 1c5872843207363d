using System.Text;

namespace Whales.Hosting.Metrics;

/// <summary>Instrument names and units as Prometheus writes them: <c>whales.stage.duration</c> in <c>s</c> is <c>whales_stage_duration_seconds</c>.</summary>
internal static class PrometheusName
{
    public const string TotalSuffix = "_total";

    public static string Of(string instrument, string? unit, MetricKind kind)
    {
        var name = Clean(instrument);
        if (kind == MetricKind.Counter && name.EndsWith(TotalSuffix, StringComparison.Ordinal))
            name = name[..^TotalSuffix.Length];
        if (Unit(unit) is { } word && name != word && !name.EndsWith('_' + word, StringComparison.Ordinal))
            name = $"{name}_{word}";
        return kind == MetricKind.Counter ? name + TotalSuffix : name;
    }

    /// <summary>Letters, digits and single underscores, not beginning with a digit.</summary>
    public static string Clean(string name)
    {
        var clean = new StringBuilder(name.Length + 1);
        foreach (var c in name)
        {
            if (char.IsAsciiLetterOrDigit(c))
                clean.Append(clean.Length == 0 && char.IsAsciiDigit(c) ? "_" : "").Append(c);
            else if (clean.Length == 0 || clean[^1] != '_')
                clean.Append('_');
        }

        return clean.ToString();
    }

    /// <summary>The word for a UCUM unit; null for none, for the unit 1 and for annotations such as <c>{photo}</c>.</summary>
    public static string? Unit(string? unit)
    {
        if (string.IsNullOrEmpty(unit))
            return null;
        var slash = unit.IndexOf('/', StringComparison.Ordinal);
        if (slash < 0)
            return Word(unit);
        var per = unit[(slash + 1)..] switch { "s" => "second", "min" => "minute", "h" => "hour", "d" => "day", var other => Word(other) };
        return (Word(unit[..slash]), per) switch
        {
            (var amount, null) => amount,
            (null, _) => "per_" + per,
            (var amount, _) => $"{amount}_per_{per}",
        };
    }

    private static string? Word(string unit)
    {
        if (unit.StartsWith('{'))
            return null;
        return unit switch
        {
            "1" or "" => null,
            "s" => "seconds",
            "ms" => "milliseconds",
            "us" => "microseconds",
            "ns" => "nanoseconds",
            "min" => "minutes",
            "h" => "hours",
            "d" => "days",
            "By" => "bytes",
            "KiBy" => "kibibytes",
            "MiBy" => "mebibytes",
            "GiBy" => "gibibytes",
            "Cel" => "celsius",
            "Hz" => "hertz",
            "W" => "watts",
            "%" => "percent",
            _ => Clean(unit),
        };
    }
}
