using System.Globalization;

namespace Whales.Hosting.Metrics;

/// <summary>
/// Bucket bounds in OpenMetrics' canonical form (Go's %g, with .0 where it looks like an integer): 0.005, 1.0, 1.048576e+06.
/// Prometheus 3 rewrites <c>le</c> to this form and Prometheus 2 keeps what it gets, so with any other the same query
/// would not find the same buckets in both.
/// </summary>
internal static class CanonicalNumber
{
    public static string Of(double value)
    {
        if (!double.IsFinite(value))
            return double.IsNaN(value) ? "NaN" : value > 0 ? "+Inf" : "-Inf";
        if (value == 0)
            return "0.0";
        var exponent = ExponentOf(value);
        if (exponent is >= -4 and < 6)
        {
            var plain = value.ToString("0.####################", CultureInfo.InvariantCulture);
            return plain.Contains('.', StringComparison.Ordinal) ? plain : plain + ".0";
        }

        return value.ToString("0.################e+00", CultureInfo.InvariantCulture);
    }

    // From the shortest digits that read back as the same number: a logarithm would err next to powers of ten.
    private static int ExponentOf(double value)
    {
        var text = value.ToString("E16", CultureInfo.InvariantCulture);
        return int.Parse(text.AsSpan(text.IndexOf('E', StringComparison.Ordinal) + 1), CultureInfo.InvariantCulture);
    }
}
