using OpenTelemetry.Metrics;

namespace Whales.Hosting.Metrics;

/// <summary>Writes one family: its header, the measured series, then the declared ones that wait for their first measurement.</summary>
internal static class FamilyWriter
{
    public static void Write(ExpositionBuffer output, MetricFamily family, bool openMetrics)
    {
        family.WriteHeader(output, openMetrics);
        using var labels = new ExpositionBuffer(1024);
        foreach (var metric in family.Metrics)
        {
            foreach (ref readonly var point in metric.GetMetricPoints())
            {
                labels.Clear();
                var first = true;
                foreach (var tag in point.Tags)
                {
                    labels.WriteLabel(tag, first);
                    first = false;
                }

                family.Seen(labels.Written);
                if (family.Kind == MetricKind.Histogram)
                    WriteHistogram(output, family, labels.Written, in point, openMetrics);
                else
                    WriteValue(output, family, labels.Written, metric.MetricType, in point, openMetrics);
            }
        }

        foreach (var zero in family.Zeros)
            WriteZero(output, family, zero);
    }

    private static void WriteValue(
        ExpositionBuffer output, MetricFamily family, ReadOnlySpan<byte> labels, MetricType type, ref readonly MetricPoint point, bool openMetrics)
    {
        double? real = type switch
        {
            MetricType.DoubleSum or MetricType.DoubleSumNonMonotonic => point.GetSumDouble(),
            MetricType.DoubleGauge => point.GetGaugeLastValueDouble(),
            _ => null,
        };

        // An observable gauge has no way to say that a series has ended; ours say NaN.
        if (real is double.NaN && family.Kind == MetricKind.Gauge)
            return;
        WriteName(output, family.Sample, labels);
        if (real is { } value)
            output.WriteNumber(value);
        else
            output.WriteNumber(type == MetricType.LongGauge ? point.GetGaugeLastValueLong() : point.GetSumLong());
        if (openMetrics && family.Kind == MetricKind.Counter && point.TryGetExemplars(out var exemplars))
        {
            foreach (ref readonly var exemplar in exemplars)
            {
                WriteExemplar(output, in exemplar, type == MetricType.LongSum ? exemplar.LongValue : exemplar.DoubleValue);
                break;
            }
        }

        output.Write("\n"u8);
    }

    private static void WriteHistogram(
        ExpositionBuffer output, MetricFamily family, ReadOnlySpan<byte> labels, ref readonly MetricPoint point, bool openMetrics)
    {
        var exemplars = default(ReadOnlyExemplarCollection);
        var hasExemplars = openMetrics && point.TryGetExemplars(out exemplars);
        long cumulative = 0;
        var lower = double.NegativeInfinity;
        foreach (var bucket in point.GetHistogramBuckets())
        {
            cumulative += bucket.BucketCount;
            WriteBucketName(output, family, labels, bucket.ExplicitBound);
            output.WriteNumber(cumulative);
            if (hasExemplars)
                WriteExemplar(output, exemplars, lower, bucket.ExplicitBound);
            output.Write("\n"u8);
            lower = bucket.ExplicitBound;
        }

        WriteName(output, family.Sum, labels);
        output.WriteNumber(point.GetHistogramSum());
        output.Write("\n"u8);
        WriteName(output, family.Count, labels);
        output.WriteNumber(point.GetHistogramCount());
        output.Write("\n"u8);
    }

    private static void WriteZero(ExpositionBuffer output, MetricFamily family, KnownSeries.Entry zero)
    {
        if (family.Kind != MetricKind.Histogram)
        {
            WriteName(output, family.Sample, zero.Labels);
            output.Write("0\n"u8);
            return;
        }

        foreach (var bound in zero.Bounds)
        {
            WriteBucketName(output, family, zero.Labels, bound);
            output.Write("0\n"u8);
        }

        WriteBucketName(output, family, zero.Labels, double.PositiveInfinity);
        output.Write("0\n"u8);
        WriteName(output, family.Sum, zero.Labels);
        output.Write("0\n"u8);
        WriteName(output, family.Count, zero.Labels);
        output.Write("0\n"u8);
    }

    private static void WriteName(ExpositionBuffer output, ReadOnlySpan<byte> name, ReadOnlySpan<byte> labels)
    {
        output.Write(name);
        if (labels.Length > 0)
        {
            output.Write("{"u8);
            output.Write(labels);
            output.Write("}"u8);
        }

        output.Write(" "u8);
    }

    private static void WriteBucketName(ExpositionBuffer output, MetricFamily family, ReadOnlySpan<byte> labels, double bound)
    {
        output.Write(family.Bucket);
        output.Write("{"u8);
        if (labels.Length > 0)
        {
            output.Write(labels);
            output.Write(","u8);
        }

        output.Write("le=\""u8);
        output.WriteBound(bound);
        output.Write("\"} "u8);
    }

    private static void WriteExemplar(ExpositionBuffer output, ReadOnlyExemplarCollection exemplars, double above, double upTo)
    {
        foreach (ref readonly var exemplar in exemplars)
        {
            if (exemplar.DoubleValue > above && exemplar.DoubleValue <= upTo)
            {
                WriteExemplar(output, in exemplar, exemplar.DoubleValue);
                return;
            }
        }
    }

    private static void WriteExemplar(ExpositionBuffer output, ref readonly Exemplar exemplar, double value)
    {
        if (exemplar.TraceId == default)
            return;
        output.Write(" # {trace_id=\""u8);
        output.WriteText(exemplar.TraceId.ToHexString());
        output.Write("\",span_id=\""u8);
        output.WriteText(exemplar.SpanId.ToHexString());
        output.Write("\"} "u8);
        output.WriteNumber(value);
        output.Write(" "u8);
        output.WriteNumber(exemplar.Timestamp.ToUnixTimeMilliseconds() / 1000.0);
    }
}
