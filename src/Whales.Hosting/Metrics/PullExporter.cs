using System.Runtime.CompilerServices;
using OpenTelemetry;
using OpenTelemetry.Metrics;

namespace Whales.Hosting.Metrics;

/// <summary>Gathers the SDK's metrics into families and writes them. Not safe for two scrapes at once: <see cref="MetricsPage"/> sees to that.</summary>
[ExportModes(ExportModes.Pull)]
internal sealed class PullExporter(KnownSeries known) : BaseExporter<Metric>, IPullMetricExporter
{
    private readonly ConditionalWeakTable<Metric, MetricFamily> _familyOf = [];
    private readonly Dictionary<string, MetricFamily> _byName = new(StringComparer.Ordinal);
    private readonly List<MetricFamily> _families = [];
    private ExpositionBuffer? _output;
    private bool _openMetrics;

    /// <summary>Set by the SDK's reader.</summary>
    public Func<int, bool>? Collect { get; set; }

    public bool Write(ExpositionBuffer output, bool openMetrics)
    {
        _output = output;
        _openMetrics = openMetrics;
        try
        {
            return Collect?.Invoke(Timeout.Infinite) ?? false;
        }
        finally
        {
            _output = null;
        }
    }

    public override ExportResult Export(in Batch<Metric> batch)
    {
        if (_output is not { } output)
            return ExportResult.Success; // The provider's last collection, as it shuts down: nobody asked for it.
        while (known.TryTake(out var entry))
        {
            var instrument = entry.Instrument;
            Family(instrument.Name, instrument.Unit, instrument.Description, entry.Kind).Zeros.Add(entry);
        }

        foreach (var metric in batch)
        {
            if (!_familyOf.TryGetValue(metric, out var family))
            {
                family = Family(metric.Name, metric.Unit, metric.Description, KindOf(metric.MetricType));
                _familyOf.Add(metric, family);
            }

            // One name has one type; a second meter that sees it otherwise would spoil the whole page.
            if (family.Kind == KindOf(metric.MetricType))
                family.Metrics.Add(metric);
        }

        foreach (var family in _families)
        {
            if (family.Metrics.Count > 0 || family.Zeros.Count > 0)
                FamilyWriter.Write(output, family, _openMetrics);
            family.Metrics.Clear();
        }

        if (_openMetrics)
            output.Write("# EOF\n"u8);
        return ExportResult.Success;
    }

    private MetricFamily Family(string instrument, string? unit, string? description, MetricKind kind)
    {
        var name = PrometheusName.Of(instrument, unit, kind);
        if (_byName.TryGetValue(name, out var family))
            return family;
        family = new MetricFamily(instrument, unit, description, kind);
        _byName.Add(name, family);
        _families.Add(family);
        _families.Sort(static (a, b) => string.CompareOrdinal(a.Name, b.Name));
        return family;
    }

    private static MetricKind KindOf(MetricType type) => type switch
    {
        MetricType.LongSum or MetricType.DoubleSum => MetricKind.Counter,
        MetricType.Histogram => MetricKind.Histogram,
        _ => MetricKind.Gauge,
    };
}
