namespace Whales.Ingest.Api.Storage;

/// <summary>Runs <see cref="OrphanSweep"/> at start and then every hour.</summary>
internal sealed partial class OrphanSweeps(OrphanSweep sweep, TimeProvider clock, ILogger<OrphanSweeps> log) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromHours(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, clock);
        do
        {
            try
            {
                var removed = await sweep.RunAsync(stoppingToken);
                if (removed > 0)
                    Removed(removed);
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                SweepFailed(exception);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    [LoggerMessage(LogLevel.Information, "{Count} photos that belong to no identification were removed.")]
    private partial void Removed(int count);

    [LoggerMessage(LogLevel.Warning, "Photos that belong to no identification could not be looked for; trying again in an hour.")]
    private partial void SweepFailed(Exception exception);
}
