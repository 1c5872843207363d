using Whales.Ingest.Api.Identifications;
using Whales.Ingest.Api.Models;
using Whales.Ingest.Api.Storage;

namespace Whales.Ingest.Api.Telemetry;

/// <summary>Asks the job table now and then what waits, for the metrics.</summary>
internal sealed partial class WaitingGauges(
    IIdentificationStore store, ApiMetrics metrics, KnownModels models, IdentificationWaiters waiters, TimeProvider clock, ILogger<WaitingGauges> log) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    /// <summary>The series are there before the first request can come.</summary>
    public override Task StartAsync(CancellationToken cancellationToken)
    {
        metrics.DeclareModels(models.Names);
        foreach (var model in models.All.Where(model => model.CriticalSeconds > 0))
            metrics.DeclareAgeLimits(model.Name, model.WarningSeconds, model.CriticalSeconds);
        metrics.ObserveWaiters(() => waiters.Count);
        return base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, clock);
        do
        {
            try
            {
                var waiting = await store.CountWaitingAsync(stoppingToken);
                metrics.SetWaiting(waiting, waiting.Sum(count => (long)count.Unsent));
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                NotCounted(exception);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    [LoggerMessage(LogLevel.Warning, "Waiting photos could not be counted; their gauges keep their last value.")]
    private partial void NotCounted(Exception exception);
}
