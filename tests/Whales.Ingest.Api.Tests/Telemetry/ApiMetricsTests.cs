using Microsoft.Extensions.DependencyInjection;
using Whales.Contracts;
using Whales.Hosting.Metrics;
using Whales.Ingest.Api.Storage;
using Whales.Ingest.Api.Telemetry;

namespace Whales.Ingest.Api.Tests.Telemetry;

public sealed class ApiMetricsTests : IDisposable
{
    private static readonly DateTimeOffset Now = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);

    private readonly ServiceProvider _services;
    private readonly MetricsPage _page;
    private readonly ApiMetrics _metrics;

    public ApiMetricsTests()
    {
        _services = new ServiceCollection().AddSingleton<TimeProvider>(new StoppedTime()).AddWhalesMetrics().AddSingleton<ApiMetrics>().BuildServiceProvider();
        _page = _services.GetRequiredService<MetricsPage>();
        _metrics = _services.GetRequiredService<ApiMetrics>();
        _metrics.DeclareModels(["fast", "accurate"]);
    }

    public void Dispose() => _services.Dispose();

    [Theory]
    [InlineData("whales_api_requests_total{model=\"fast\"} 0")]
    [InlineData("whales_api_rejected_total{reason=\"queue_full\"} 0")]
    [InlineData("whales_api_rejected_total{reason=\"rate_limited\"} 0")]
    [InlineData("whales_upload_bytes_bucket{le=\"32768.0\"} 0")]
    [InlineData("whales_upload_bytes_bucket{le=\"6.7108864e+07\"} 0")]
    [InlineData("whales_publish_duration_seconds_count{model=\"accurate\",outcome=\"nacked\"} 0")]
    [InlineData("whales_outbox_pending 0")]
    [InlineData("whales_jobs_pending{lane=\"bulk\",model=\"fast\"} 0")]
    [InlineData("whales_jobs_oldest_pending_seconds{lane=\"interactive\",model=\"fast\"} 0")]
    [InlineData("whales_dead_letters_total{model=\"fast\",reason=\"broker\"} 0")]
    [InlineData("whales_result_stream_clients 0")]
    [InlineData("whales_results_total{model=\"fast\",outcome=\"unknown_individual\"} 0")]
    [InlineData("whales_end_to_end_duration_seconds_bucket{model=\"fast\",outcome=\"identified\",le=\"60.0\"} 0")]
    public void Series_BeforeAnyPhoto_AreThere(string line) => Assert.Contains(line, Lines());

    [Fact]
    public void Accepted_CountsPhotoAndSize()
    {
        _metrics.Accepted("fast", 100_000);
        _metrics.Accepted("no such", 1);

        var lines = Lines();

        Assert.Contains("whales_api_requests_total{model=\"fast\"} 1", lines);
        Assert.Contains("whales_api_requests_total{model=\"other\"} 1", lines);
        Assert.Contains("whales_upload_bytes_sum 100001", lines);
        Assert.Contains("whales_upload_bytes_bucket{le=\"131072.0\"} 2", lines);
    }

    [Fact]
    public void Rejected_ByCode()
    {
        foreach (var reason in ApiMetrics.RejectionReasons)
            _metrics.Rejected(reason);
        _metrics.Rejected("Something with a name: whale.jpg");

        var lines = Lines();

        Assert.All(ApiMetrics.RejectionReasons, reason => Assert.Contains($"whales_api_rejected_total{{reason=\"{reason}\"}} 1", lines));
        Assert.Contains("whales_api_rejected_total{reason=\"other\"} 1", lines);
    }

    [Theory]
    [InlineData(PublishOutcome.Confirmed, "confirmed")]
    [InlineData(PublishOutcome.Nacked, "nacked")]
    [InlineData(PublishOutcome.Returned, "returned")]
    [InlineData(PublishOutcome.Timeout, "timeout")]
    [InlineData(PublishOutcome.Failed, "failed")]
    public void Published_HasTheBrokersAnswer(PublishOutcome outcome, string word)
    {
        _metrics.Published("fast", outcome, 0.004);

        Assert.Contains($"whales_publish_duration_seconds_count{{model=\"fast\",outcome=\"{word}\"}} 1", Lines());
    }

    [Theory]
    [InlineData(IdentificationStatus.Succeeded, Decision.Identified, "identified")]
    [InlineData(IdentificationStatus.Succeeded, Decision.UnknownIndividual, "unknown_individual")]
    [InlineData(IdentificationStatus.Succeeded, Decision.NotACetacean, "not_a_cetacean")]
    [InlineData(IdentificationStatus.Failed, null, "failed")]
    [InlineData(IdentificationStatus.Canceled, null, "canceled")]
    [InlineData(IdentificationStatus.Expired, null, "expired")]
    public void Finished_HasTheDecision(IdentificationStatus status, Decision? decision, string word)
    {
        _metrics.Finished("fast", status, decision, 2);

        Assert.Contains($"whales_results_total{{model=\"fast\",outcome=\"{word}\"}} 1", Lines());
        Assert.Contains($"whales_end_to_end_duration_seconds_sum{{model=\"fast\",outcome=\"{word}\"}} 2", Lines());
    }

    [Fact]
    public void SetWaiting_ByModelAndLane_CountsAndAgesTheOldest()
    {
        _metrics.SetWaiting(
            [new("fast", Lane.Interactive, 2, 0, Now.AddSeconds(-3)), new("fast", Lane.Bulk, 5, 4, Now.AddSeconds(-90)), new("gone", Lane.Bulk, 1, 0, Now)], 4);

        var lines = Lines();

        Assert.Contains("whales_outbox_pending 4", lines);
        Assert.Contains("whales_jobs_pending{lane=\"interactive\",model=\"fast\"} 2", lines);
        Assert.Contains("whales_jobs_pending{lane=\"bulk\",model=\"fast\"} 5", lines);
        Assert.Contains("whales_jobs_pending{lane=\"bulk\",model=\"accurate\"} 0", lines);
        Assert.Contains("whales_jobs_oldest_pending_seconds{lane=\"interactive\",model=\"fast\"} 3", lines);
        Assert.Contains("whales_jobs_oldest_pending_seconds{lane=\"bulk\",model=\"fast\"} 90", lines);
        Assert.Contains("whales_jobs_oldest_pending_seconds{lane=\"bulk\",model=\"accurate\"} 0", lines);
        Assert.DoesNotContain(lines, line => line.Contains("gone", StringComparison.Ordinal));
    }

    [Fact]
    public void DeclareAgeLimits_ShowsBothSeverities()
    {
        _metrics.DeclareAgeLimits("fast", 30, 120);

        Assert.Contains("whales_model_queue_age_threshold_seconds{model=\"fast\",severity=\"warning\"} 30", Lines());
        Assert.Contains("whales_model_queue_age_threshold_seconds{model=\"fast\",severity=\"critical\"} 120", Lines());
    }

    [Fact]
    public void DeadLettered_SaysWhoGaveUp()
    {
        _metrics.DeadLettered("fast", byBroker: true);
        _metrics.DeadLettered("fast", byBroker: false);
        _metrics.DeadLettered("fast", byBroker: false);

        Assert.Contains("whales_dead_letters_total{model=\"fast\",reason=\"broker\"} 1", Lines());
        Assert.Contains("whales_dead_letters_total{model=\"fast\",reason=\"worker\"} 2", Lines());
    }

    [Fact]
    public void ObserveWaiters_IsAskedAtEachScrape()
    {
        var waiting = 3;
        _metrics.ObserveWaiters(() => waiting);
        Assert.Contains("whales_result_stream_clients 3", Lines());

        waiting = 0;

        Assert.Contains("whales_result_stream_clients 0", Lines());
    }

    [Fact]
    public void HotPath_AllocatesNothing()
    {
        void Photo()
        {
            _metrics.Accepted("fast", 100_000);
            _metrics.Published("fast", PublishOutcome.Confirmed, 0.004);
            _metrics.Finished("fast", IdentificationStatus.Succeeded, Decision.Identified, 1);
            _metrics.Rejected("queue_full");
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

    private sealed class StoppedTime : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => Now;
    }
}
