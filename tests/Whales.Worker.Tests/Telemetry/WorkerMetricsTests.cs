using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Whales.Hosting.Metrics;
using Whales.Worker.Telemetry;

namespace Whales.Worker.Tests.Telemetry;

public sealed class WorkerMetricsTests : IDisposable
{
    private static readonly LoadedModel Cpu = new()
    {
        Version = "1",
        Sha256 = "0123456789abcdef",
        ExecutionProvider = "cpu",
        Input = "224x224",
        Precision = "fp32",
    };

    private readonly HandTime _time = new();
    private readonly ServiceProvider _services;
    private readonly MetricsPage _page;
    private readonly WorkerMetrics _metrics;

    public WorkerMetricsTests()
    {
        _services = new ServiceCollection().AddSingleton<TimeProvider>(_time).AddWhalesMetrics().AddSingleton<WorkerMetrics>().BuildServiceProvider();
        _page = _services.GetRequiredService<MetricsPage>();
        _metrics = _services.GetRequiredService<WorkerMetrics>();
        _metrics.DeclareModels(["fast", "fast"]);
    }

    public void Dispose() => _services.Dispose();

    [Theory]
    [InlineData("whales_api_model_loaded{model=\"fast\"} 0")]
    [InlineData("whales_api_inference_time_seconds{model=\"fast\"} 0")]
    [InlineData("whales_api_error_rate{model=\"fast\"} 0")]
    [InlineData("whales_worker_last_success_timestamp_seconds{model=\"fast\"} 0")]
    [InlineData("whales_jobs_in_progress{model=\"fast\"} 0")]
    [InlineData("whales_worker_jobs_total{model=\"fast\",outcome=\"succeeded\"} 0")]
    [InlineData("whales_worker_jobs_total{model=\"fast\",outcome=\"poisonous\"} 0")]
    [InlineData("whales_queue_wait_seconds_bucket{model=\"fast\",le=\"3600.0\"} 0")]
    [InlineData("whales_stage_duration_seconds_count{model=\"fast\",stage=\"batch_wait\"} 0")]
    [InlineData("whales_inference_batch_size_bucket{model=\"fast\",le=\"64.0\"} 0")]
    [InlineData("whales_match_score_bucket{model=\"fast\",le=\"0.05\"} 0")]
    [InlineData("whales_decode_errors_total{reason=\"corrupted_image\"} 0")]
    [InlineData("whales_retries_total{model=\"fast\",reason=\"broker\"} 0")]
    [InlineData("whales_model_loads_total{model=\"fast\",outcome=\"failed\"} 0")]
    [InlineData("whales_model_load_duration_seconds{model=\"fast\"} 0")]
    public void Series_BeforeAnyPhoto_AreThere(string line) => Assert.Contains(line, Lines());

    [Fact]
    public void PhotoFinished_CountsOutcomeAndTheStagesReached()
    {
        _metrics.PhotoStarted("fast", 0.2);
        _metrics.PhotoStarted("fast", -1);
        _metrics.PhotoFinished("fast", PhotoOutcome.Failed, new PhotoTimings { Fetch = 0.004, Decode = 0.02 });

        var lines = Lines();

        Assert.Contains("whales_jobs_in_progress{model=\"fast\"} 1", lines);
        Assert.Contains("whales_worker_jobs_total{model=\"fast\",outcome=\"failed\"} 1", lines);
        Assert.Contains("whales_queue_wait_seconds_sum{model=\"fast\"} 0.2", lines);
        Assert.Contains("whales_queue_wait_seconds_count{model=\"fast\"} 2", lines);
        Assert.Contains("whales_stage_duration_seconds_bucket{model=\"fast\",stage=\"fetch\",le=\"0.005\"} 1", lines);
        Assert.Contains("whales_stage_duration_seconds_count{model=\"fast\",stage=\"decode\"} 1", lines);
        Assert.Contains("whales_stage_duration_seconds_count{model=\"fast\",stage=\"inference\"} 0", lines);
    }

    [Fact]
    public void Outcomes_HaveTheirOwnLabels()
    {
        foreach (var outcome in Enum.GetValues<PhotoOutcome>())
            _metrics.PhotoFinished("fast", outcome, default);

        var lines = Lines();

        Assert.All(
            ["succeeded", "failed", "canceled", "expired", "poisonous", "returned"],
            word => Assert.Contains($"whales_worker_jobs_total{{model=\"fast\",outcome=\"{word}\"}} 1", lines));
    }

    [Fact]
    public void ErrorRate_IsOfPhotosFinishedInFiveMinutes()
    {
        foreach (var outcome in Enum.GetValues<PhotoOutcome>())
            _metrics.PhotoFinished("fast", outcome, default);
        _metrics.PhotoFinished("fast", PhotoOutcome.Succeeded, default);
        Assert.Contains("whales_api_error_rate{model=\"fast\"} 0.5", Lines());

        _time.Pass(TimeSpan.FromMinutes(5));

        Assert.Contains("whales_api_error_rate{model=\"fast\"} 0", Lines());
    }

    [Fact]
    public void InferenceTime_IsTheMeanOfFiveMinutesAndThen0()
    {
        _metrics.BatchRan("fast", 4, 1);
        _time.Pass(TimeSpan.FromMinutes(4));
        _metrics.BatchRan("fast", 1, 3);
        Assert.Contains("whales_api_inference_time_seconds{model=\"fast\"} 2", Lines());

        _time.Pass(TimeSpan.FromMinutes(2));
        Assert.Contains("whales_api_inference_time_seconds{model=\"fast\"} 3", Lines());

        _time.Pass(TimeSpan.FromMinutes(4));
        Assert.Contains("whales_api_inference_time_seconds{model=\"fast\"} 0", Lines());
    }

    [Fact]
    public void ModelLoaded_ShowsWhatRunsAndForgetsWhatRanBefore()
    {
        _metrics.ModelLoaded("fast", Cpu);
        Assert.Contains("whales_api_model_loaded{model=\"fast\"} 1", Lines());
        Assert.Contains("whales_inference_duration_seconds_count{execution_provider=\"cpu\",model=\"fast\"} 0", Lines());
        Assert.Contains(Info("1", "cpu"), Lines());

        _metrics.ModelLoaded("fast", Cpu with { Version = "2", ExecutionProvider = "npu" });
        Assert.Equal(Info("2", "other"), Assert.Single(Lines(), IsInfo));

        _metrics.ModelUnloaded("fast");
        Assert.DoesNotContain(Lines(), IsInfo);
        Assert.Contains("whales_api_model_loaded{model=\"fast\"} 0", Lines());

        _metrics.ModelLoaded("fast", Cpu);
        Assert.Equal(Info("1", "cpu"), Assert.Single(Lines(), IsInfo));
    }

    [Fact]
    public void ModelLoads_AreCountedAndTimed()
    {
        _metrics.ModelLoaded("fast", Cpu with { LoadSeconds = 2.5 });
        _metrics.ModelLoadFailed("fast");

        Assert.Contains("whales_model_loads_total{model=\"fast\",outcome=\"succeeded\"} 1", Lines());
        Assert.Contains("whales_model_loads_total{model=\"fast\",outcome=\"failed\"} 1", Lines());
        Assert.Contains("whales_model_load_duration_seconds{model=\"fast\"} 2.5", Lines());
        Assert.Contains("whales_api_model_loaded{model=\"fast\"} 0", Lines());
    }

    [Fact]
    public void DeclareThresholds_ShowsBothSeverities()
    {
        _metrics.DeclareThresholds("fast", 5, 10);

        Assert.Contains("whales_model_inference_threshold_seconds{model=\"fast\",severity=\"warning\"} 5", Lines());
        Assert.Contains("whales_model_inference_threshold_seconds{model=\"fast\",severity=\"critical\"} 10", Lines());
    }

    [Fact]
    public void Retried_HasTheReason()
    {
        foreach (var reason in Enum.GetValues<RetryReason>())
            _metrics.Retried("fast", reason);

        Assert.All(["image_store", "broker", "redelivered"], word => Assert.Contains($"whales_retries_total{{model=\"fast\",reason=\"{word}\"}} 1", Lines()));
    }

    [Fact]
    public void LastSuccess_IsTheTimeOfTheLastAnswer()
    {
        _metrics.PhotoFinished("fast", PhotoOutcome.Succeeded, default);
        _time.Pass(TimeSpan.FromSeconds(7));
        _metrics.PhotoFinished("fast", PhotoOutcome.Failed, default);

        Assert.Contains("whales_worker_last_success_timestamp_seconds{model=\"fast\"} 1790000000.25", Lines());
    }

    [Fact]
    public void UnknownWords_BecomeOther()
    {
        _metrics.BatchRan("../passwd", 1, 0.1);
        _metrics.DecodeFailed("out of luck");

        var lines = Lines();

        Assert.Contains("whales_inference_batch_size_count{model=\"other\"} 1", lines);
        Assert.Contains("whales_decode_errors_total{reason=\"other\"} 1", lines);
        Assert.DoesNotContain(lines, line => line.Contains("passwd", StringComparison.Ordinal));
    }

    [Fact]
    public void Matched_OppositeAndUndefined_StayInRange()
    {
        _metrics.Matched("fast", -0.5f);
        _metrics.Matched("fast", float.NaN);
        _metrics.Matched("fast", 0.5f);

        Assert.Contains("whales_match_score_sum{model=\"fast\"} 0.5", Lines());
        Assert.Contains("whales_match_score_count{model=\"fast\"} 2", Lines());
    }

    [Fact]
    public void HotPath_AllocatesNothing()
    {
        _metrics.ModelLoaded("fast", Cpu);
        void Photo()
        {
            _metrics.PhotoStarted("fast", 0.1);
            _metrics.BatchRan("fast", 4, 0.1);
            _metrics.Matched("fast", 0.7f);
            _metrics.PhotoFinished("fast", PhotoOutcome.Succeeded, new PhotoTimings { Fetch = 0.1, Decode = 0.1, BatchWait = 0, Inference = 0.1, Match = 0.1, Publish = 0.1 });
        }

        // The runtime itself may allocate once, as it compiles; what a photo costs would show in every round.
        var least = Enumerable.Range(0, 10).Min(_ =>
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < 1000; i++)
                Photo();
            return GC.GetAllocatedBytesForCurrentThread() - before;
        });

        Assert.Equal(0, least);
    }

    private string[] Lines() => _page.Read().Split('\n');

    private static bool IsInfo(string line) => line.StartsWith("whales_model_info{", StringComparison.Ordinal);

    private static string Info(string version, string provider) =>
        $"whales_model_info{{execution_provider=\"{provider}\",input=\"224x224\",model=\"fast\",precision=\"fp32\",sha256=\"01234567\",version=\"{version}\"}} 1";

    private sealed class HandTime : TimeProvider
    {
        private DateTimeOffset _now = DateTimeOffset.FromUnixTimeMilliseconds(1790000000250);

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override DateTimeOffset GetUtcNow() => _now;

        public override long GetTimestamp() => _now.Ticks;

        public void Pass(TimeSpan time) => _now += time;
    }
}
