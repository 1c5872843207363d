using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;
using Whales.Ingest.Api.Telemetry;

namespace Whales.Ingest.Api.Outbox;

/// <summary>Says when the broker stalls and when it goes on: a log line each, and the host's health in between.</summary>
internal sealed partial class StallWatch(SendProgress progress, ApiMetrics metrics, IOptions<RelayOptions> options, TimeProvider clock, ILogger<StallWatch> log)
    : BackgroundService, IHealthCheck
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        metrics.ObserveStall(() => progress.IsStalled);
        using var timer = new PeriodicTimer(options.Value.StallAfter / 5, clock);
        var stalledSince = (long?)null;
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            var waited = progress.Waited;
            if (stalledSince is null && waited >= options.Value.StallAfter)
            {
                stalledSince = clock.GetTimestamp();
                LogStalled(waited.TotalSeconds);
            }
            else if (stalledSince is { } since && waited < options.Value.StallAfter)
            {
                stalledSince = null;
                LogGoesOn(clock.GetElapsedTime(since).TotalSeconds);
            }
        }
    }

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var waited = progress.Waited;
        return Task.FromResult(waited < options.Value.StallAfter
            ? HealthCheckResult.Healthy()
            : HealthCheckResult.Degraded($"The broker has taken nothing for {waited.TotalSeconds:0.0} s; photos are accepted and wait in the job table."));
    }

    [LoggerMessage(LogLevel.Warning, "The broker has confirmed nothing for {Seconds:F1} s although photos wait to be sent: it is blocked, silent or away. Photos are accepted up to their limit and sent later.")]
    private partial void LogStalled(double seconds);

    [LoggerMessage(LogLevel.Information, "The broker takes photos again, or none wait any more, after {Seconds:F1} s.")]
    private partial void LogGoesOn(double seconds);
}
