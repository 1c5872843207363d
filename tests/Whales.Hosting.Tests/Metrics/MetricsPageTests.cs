using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Text.RegularExpressions;
using Microsoft.Extensions.DependencyInjection;
using Whales.Hosting.Metrics;

namespace Whales.Hosting.Tests.Metrics;

public sealed partial class MetricsPageTests : IDisposable
{
    private readonly ServiceProvider _services = new ServiceCollection().AddWhalesMetrics().BuildServiceProvider();
    private readonly MetricsPage _page;
    private readonly Meter _meter;

    public MetricsPageTests()
    {
        _page = _services.GetRequiredService<MetricsPage>();
        _meter = _services.GetRequiredService<IMeterFactory>().Create(MeterNames.Notifier);
    }

    public void Dispose() => _services.Dispose();

    [Fact]
    public void Read_Counter_HasSuffixUnitAndLabels()
    {
        var counter = _meter.CreateCounter<double>("test.work", "s", "Work done.");
        counter.Add(1.5, new("model", "resnet101"), new("outcome", "failed"));
        counter.Add(2, new("outcome", "failed"), new("model", "resnet101"));

        Assert.Equal(
            """
            # HELP test_work_seconds_total Work done.
            # TYPE test_work_seconds_total counter
            test_work_seconds_total{model="resnet101",outcome="failed"} 3.5

            """, Mine());
        Assert.Equal(
            """
            # HELP test_work_seconds Work done.
            # TYPE test_work_seconds counter
            # UNIT test_work_seconds seconds
            test_work_seconds_total{model="resnet101",outcome="failed"} 3.5

            """, Mine(openMetrics: true));
    }

    [Fact]
    public void Read_Gauges_AreWrittenAsTheyStand()
    {
        _meter.CreateObservableGauge("test.depth", () => 7L, "{photo}", "Depth.");
        _meter.CreateObservableGauge("test.limit", () => double.PositiveInfinity, "By", "Limit.");
        _meter.CreateUpDownCounter<long>("test.open", "{photo}", "Open.").Add(-2);

        Assert.Equal(
            """
            # HELP test_depth Depth.
            # TYPE test_depth gauge
            test_depth 7
            # HELP test_limit_bytes Limit.
            # TYPE test_limit_bytes gauge
            test_limit_bytes +Inf
            # HELP test_open Open.
            # TYPE test_open gauge
            test_open -2

            """, Mine());
    }

    [Fact]
    public void Read_GaugeThatIsNaN_IsLeftOut()
    {
        var value = 1.0;
        _meter.CreateObservableGauge("test.info", () => value, null, "Info.");
        Assert.Contains("test_info 1\n", _page.Read(), StringComparison.Ordinal);

        value = double.NaN;

        Assert.DoesNotContain("\ntest_info ", _page.Read(), StringComparison.Ordinal);
    }

    [Fact]
    public void Read_Histogram_HasCumulativeBucketsWithInclusiveBounds()
    {
        var histogram = _meter.CreateHistogram("test.wait", "s", "Waiting.", advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.5, 1, 60] });
        foreach (var seconds in (double[])[0.25, 0.5, 2, 61])
            histogram.Record(seconds, new KeyValuePair<string, object?>("model", "a"));

        const string Expected =
            """
            # HELP test_wait_seconds Waiting.
            # TYPE test_wait_seconds histogram
            test_wait_seconds_bucket{model="a",le="0.5"} 2
            test_wait_seconds_bucket{model="a",le="1.0"} 2
            test_wait_seconds_bucket{model="a",le="60.0"} 3
            test_wait_seconds_bucket{model="a",le="+Inf"} 4
            test_wait_seconds_sum{model="a"} 63.75
            test_wait_seconds_count{model="a"} 4

            """;
        Assert.Equal(Expected, Mine());
        Assert.Equal(Expected.Replace("histogram\n", "histogram\n# UNIT test_wait_seconds seconds\n", StringComparison.Ordinal), Mine(openMetrics: true));
    }

    [Fact]
    public void Read_SpecialCharacters_AreEscaped()
    {
        _meter.CreateCounter<long>("test.odd", null, "A \"quoted\" back\\slash\nand a line.")
            .Add(1, new KeyValuePair<string, object?>("what.is", "a\"b\\c\nd é"), new("9th", 5), new("flag", true), new("none", null));

        Assert.Equal(
            """
            # HELP test_odd_total A "quoted" back\\slash\nand a line.
            # TYPE test_odd_total counter
            test_odd_total{_9th="5",flag="true",none="",what_is="a\"b\\c\nd é"} 1

            """, Mine());
        Assert.StartsWith("# HELP test_odd A \\\"quoted\\\" back\\\\slash\\nand a line.\n", Mine(openMetrics: true), StringComparison.Ordinal);
    }

    [Fact]
    public void Read_DeclaredSeries_AreZeroUntilMeasured()
    {
        var known = _services.GetRequiredService<KnownSeries>();
        var counter = _meter.CreateCounter<long>("test.jobs", "{photo}", "Jobs.");
        var histogram = _meter.CreateHistogram("test.run", "s", "Runs.", advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [1] });
        known.Add(counter, new("outcome", "ok"), new("model", "a"));
        known.Add(counter, new("outcome", "failed"), new("model", "a"));
        known.Add(histogram, new KeyValuePair<string, object?>("model", "a"));
        Assert.Equal(
            """
            # HELP test_jobs_total Jobs.
            # TYPE test_jobs_total counter
            test_jobs_total{model="a",outcome="ok"} 0
            test_jobs_total{model="a",outcome="failed"} 0
            # HELP test_run_seconds Runs.
            # TYPE test_run_seconds histogram
            test_run_seconds_bucket{model="a",le="1.0"} 0
            test_run_seconds_bucket{model="a",le="+Inf"} 0
            test_run_seconds_sum{model="a"} 0
            test_run_seconds_count{model="a"} 0

            """, Mine());

        counter.Add(1, new("outcome", "failed"), new("model", "a"));
        histogram.Record(0.5, new KeyValuePair<string, object?>("model", "a"));

        Assert.Equal(
            """
            # HELP test_jobs_total Jobs.
            # TYPE test_jobs_total counter
            test_jobs_total{model="a",outcome="failed"} 1
            test_jobs_total{model="a",outcome="ok"} 0
            # HELP test_run_seconds Runs.
            # TYPE test_run_seconds histogram
            test_run_seconds_bucket{model="a",le="1.0"} 1
            test_run_seconds_bucket{model="a",le="+Inf"} 1
            test_run_seconds_sum{model="a"} 0.5
            test_run_seconds_count{model="a"} 1

            """, Mine());
    }

    [Fact]
    public void Read_MeasuredInATrace_HasExemplarsInOpenMetricsOnly()
    {
        var histogram = _meter.CreateHistogram("test.traced", "s", "Traced.", advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [1, 2] });
        var counter = _meter.CreateCounter<long>("test.traced.photos", null, "Traced.");
        using (var activity = new Activity("test").SetParentId("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01").Start())
        {
            histogram.Record(1.5);
            counter.Add(3);
        }

        Assert.Equal(
            """
            # HELP test_traced_photos Traced.
            # TYPE test_traced_photos counter
            test_traced_photos_total 3 # {trace_id="0af7651916cd43dd8448eb211c80319c",span_id="SPAN"} 3 TIME
            # HELP test_traced_seconds Traced.
            # TYPE test_traced_seconds histogram
            # UNIT test_traced_seconds seconds
            test_traced_seconds_bucket{le="1.0"} 0
            test_traced_seconds_bucket{le="2.0"} 1 # {trace_id="0af7651916cd43dd8448eb211c80319c",span_id="SPAN"} 1.5 TIME
            test_traced_seconds_bucket{le="+Inf"} 1
            test_traced_seconds_sum 1.5
            test_traced_seconds_count 1

            """, ExemplarEnd().Replace(Mine(openMetrics: true), "span_id=\"SPAN\"} $1 TIME"));
        Assert.DoesNotContain("trace_id", Mine(), StringComparison.Ordinal);
    }

    [Fact]
    public void Read_TwoHostsInOneProcess_EachSeesItsOwn()
    {
        using var others = new ServiceCollection().AddWhalesMetrics().BuildServiceProvider();
        var otherPage = others.GetRequiredService<MetricsPage>();
        others.GetRequiredService<IMeterFactory>().Create(MeterNames.Notifier).CreateCounter<long>("test.jobs", null, "Jobs.").Add(5);

        Assert.Equal("", Mine());
        Assert.Contains("test_jobs_total 5\n", otherPage.Read(), StringComparison.Ordinal);
    }

    [Fact]
    public void Read_NameTakenByAnotherType_KeepsThePageValid()
    {
        _meter.CreateCounter<long>("test.clash", null, "Counter.").Add(1);
        _meter.CreateObservableGauge("test.clash_total", () => 2L, null, "Gauge.");

        Assert.Equal("# HELP test_clash_total Counter.\n# TYPE test_clash_total counter\ntest_clash_total 1\n", Mine());
    }

    [Fact]
    public async Task Read_ManyScrapesWhileMeasuring_AreAllWhole()
    {
        var counter = _meter.CreateCounter<long>("test.busy", null, "Busy.");
        using var stop = new CancellationTokenSource();
        var measuring = Task.Run(() =>
        {
            for (var i = 0; !stop.IsCancellationRequested; i++)
                counter.Add(1, new KeyValuePair<string, object?>("lane", i % 8));
        });

        var pages = await Task.WhenAll(Enumerable.Range(0, 40).Select(i => Task.Run(() => _page.Read(openMetrics: i % 2 == 0))));
        await stop.CancelAsync();
        await measuring;

        Assert.All(pages, (page, i) =>
        {
            Assert.Equal(i % 2 == 0, page.EndsWith("\n# EOF\n", StringComparison.Ordinal));
            var types = page.Split('\n').Where(line => line.StartsWith("# TYPE ", StringComparison.Ordinal)).ToList();
            Assert.Equal(types.Distinct().Count(), types.Count);
            Assert.Contains(types, type => type.StartsWith("# TYPE dotnet_gc_collections", StringComparison.Ordinal));
        });
    }

    [Fact]
    public void Read_Process_HasWhatAlertsNeed()
    {
        _ = _services.GetRequiredService<ProcessMetrics>();

        var page = _page.Read();

        Assert.Matches("\nprocess_start_time_seconds 1[0-9]{9}(\\.[0-9]+)?\n", page);
        Assert.Matches("\nwhales_process_memory_limit_bytes [1-9][0-9E+.]+\n", page);
        Assert.Matches("\nwhales_api_cpu_percent [0-9.E-]+\n", page);
        Assert.Matches("\nwhales_api_memory_percent [0-9.]+\n", page);
        Assert.Matches("\nwhales_build_info\\{dotnet=\"10\\.[0-9.]+\",revision=\"[^\"]+\",version=\"[0-9.]+[^\"]*\"\\} 1\n", page);
        Assert.DoesNotContain("dotnet_process_cpu_count", page, StringComparison.Ordinal);
    }

    /// <summary>The part of the page about this test's own instruments.</summary>
    private string Mine(bool openMetrics = false) =>
        string.Concat(_page.Read(openMetrics).Split('\n').Where(line => TestFamily().IsMatch(line)).Select(line => line + "\n"));

    [GeneratedRegex("^(# [A-Z]+ )?test_")]
    private static partial Regex TestFamily();

    [GeneratedRegex("span_id=\"[0-9a-f]{16}\"} ([0-9.]+) 1[0-9]{9}(\\.[0-9]{1,3})?")]
    private static partial Regex ExemplarEnd();
}
