using System.Diagnostics.Metrics;
using System.Text;
using OpenTelemetry.Metrics;

namespace Whales.Hosting.Metrics;

internal enum MetricKind
{
    Counter,
    Gauge,
    Histogram,
}

/// <summary>All series of one name: the texts above them, made once, and what of them the present scrape has found.</summary>
internal sealed class MetricFamily
{
    private readonly byte[] _textHeader;
    private readonly byte[] _openMetricsHeader;

    public MetricFamily(string instrument, string? unit, string? description, MetricKind kind)
    {
        Kind = kind;
        Name = PrometheusName.Of(instrument, unit, kind);
        Sample = Encoding.UTF8.GetBytes(Name);
        Bucket = Encoding.UTF8.GetBytes(Name + "_bucket");
        Sum = Encoding.UTF8.GetBytes(Name + "_sum");
        Count = Encoding.UTF8.GetBytes(Name + "_count");
        _textHeader = Header(Name, null, description, kind, openMetrics: false);

        // OpenMetrics names a counter's family without the suffix, and allows UNIT only where the name ends with it.
        var family = kind == MetricKind.Counter ? Name[..^PrometheusName.TotalSuffix.Length] : Name;
        var word = PrometheusName.Unit(unit);
        var unitLine = word is not null && family.EndsWith('_' + word, StringComparison.Ordinal) ? word : null;
        _openMetricsHeader = Header(family, unitLine, description, kind, openMetrics: true);
    }

    public string Name { get; }

    public MetricKind Kind { get; }

    public byte[] Sample { get; }

    public byte[] Bucket { get; }

    public byte[] Sum { get; }

    public byte[] Count { get; }

    /// <summary>The SDK's metrics of this name in the scrape that is being written: two where two meters have the same instrument.</summary>
    public List<Metric> Metrics { get; } = [];

    /// <summary>Declared series without a measurement so far. Series are cumulative, so one that was seen is never looked for again.</summary>
    public List<KnownSeries.Entry> Zeros { get; } = [];

    public void WriteHeader(ExpositionBuffer output, bool openMetrics) => output.Write(openMetrics ? _openMetricsHeader : _textHeader);

    /// <summary>Notes that the SDK has this series.</summary>
    public void Seen(ReadOnlySpan<byte> labels)
    {
        for (var i = Zeros.Count - 1; i >= 0; i--)
        {
            if (Zeros[i].Labels.AsSpan().SequenceEqual(labels))
                Zeros.RemoveAt(i);
        }
    }

    private static byte[] Header(string name, string? unit, string? description, MetricKind kind, bool openMetrics)
    {
        using var text = new ExpositionBuffer(256);
        if (!string.IsNullOrEmpty(description))
        {
            text.Write("# HELP "u8);
            text.WriteText(name);
            text.Write(" "u8);
            text.WriteEscaped(description, quotes: openMetrics);
            text.Write("\n"u8);
        }

        text.Write("# TYPE "u8);
        text.WriteText(name);
        text.Write(kind switch
        {
            MetricKind.Counter => " counter\n"u8,
            MetricKind.Histogram => " histogram\n"u8,
            _ => " gauge\n"u8,
        });
        if (unit is not null)
        {
            text.Write("# UNIT "u8);
            text.WriteText(name);
            text.Write(" "u8);
            text.WriteText(unit);
            text.Write("\n"u8);
        }

        return text.Written.ToArray();
    }
}
