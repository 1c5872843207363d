using Whales.Hosting.Resilience;
using Whales.Ingest.Api.Identifications;
using Whales.Ingest.Api.Storage;

namespace Whales.Ingest.Api.Outcomes;

/// <summary>Ends photos whose deadline has passed, also while no worker runs.</summary>
internal sealed class ExpirySweep(IIdentificationStore store, IdentificationWaiters waiters, Persistently persistently, TimeProvider clock) : BackgroundService
{
    private const int BatchSize = 500;
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            int expired;
            do
            {
                var attempts = await persistently.RunAsync(
                    async ct => await store.ExpireAsync(clock.GetUtcNow(), BatchSize, ct), stoppingToken);
                foreach (var attempt in attempts)
                    waiters.Completed(attempt.Id);
                expired = attempts.Count;
            }
            while (expired == BatchSize);
        }
    }
}
