using Whales.Hosting.Messaging;

namespace Whales.Worker.Telemetry;

/// <summary>Asks at once and then every five seconds what lies in the queues of the models served here.</summary>
internal sealed partial class QueueWatch(QueueMetrics metrics, IQueueDepth queues, TimeProvider time, ILogger<QueueWatch> log) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        var failing = false;
        do
        {
            try
            {
                if (metrics.Models is { Count: > 0 } models)
                    await AskAsync(models, stoppingToken);
                failing = false;
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                if (!failing)
                    LogNotAsked(exception);
                failing = true;
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private async Task AskAsync(IReadOnlyList<string> models, CancellationToken stoppingToken)
    {
        // A broker that stands still must not keep the question open for ever.
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
        patience.CancelAfter(Interval);
        metrics.Heard(await queues.ReadAsync(models, patience.Token));
    }

    [LoggerMessage(LogLevel.Warning, "The queues could not be asked how long they are; their gauges keep their last value.")]
    private partial void LogNotAsked(Exception exception);
}
