using Microsoft.Extensions.Options;
using Whales.Hosting.Images;
using Whales.Ingest.Api.Storage;
using Whales.Ingest.Api.Telemetry;

namespace Whales.Ingest.Api.Operations;

/// <summary>
/// Removes what is too old, in small transactions with pauses as long as they took: writers get at least half of the database's time. One
/// replica does it for all. Files go after the transaction that lets go of them; those that a crash leaves are orphans, and swept.
/// </summary>
internal sealed partial class Retention(
    RetentionStore store, LeaseStore leases, IImageStore images, ApiMetrics metrics, TimeProvider clock, IOptions<RetentionOptions> options, ILogger<Retention> log)
{
    private const string Lease = "retention";
    private static readonly TimeSpan LeaseTime = TimeSpan.FromMinutes(1);

    /// <returns>False when another replica is at it.</returns>
    public async Task<bool> RunAsync(CancellationToken cancellationToken)
    {
        if (!await HoldAsync(cancellationToken))
            return false;
        try
        {
            // Rows first: their photos go with them.
            await RemoveAsync(RetentionKind.Row, options.Value.Identifications, RemoveRowsAsync, cancellationToken);
            await RemoveAsync(RetentionKind.Batch, options.Value.Identifications, RemoveBatchesAsync, cancellationToken);
            await RemoveAsync(RetentionKind.Photo, options.Value.Photos, RemovePhotosAsync, cancellationToken);
            await RemoveAsync(RetentionKind.DeadLetter, options.Value.DeadLetters, RemoveDeadLettersAsync, cancellationToken);
            await RemoveAsync(RetentionKind.Audit, options.Value.Audit, RemoveAuditAsync, cancellationToken);
        }
        finally
        {
            await leases.ReleaseAsync(Lease, CancellationToken.None);
        }

        return true;
    }

    private async Task RemoveAsync(
        RetentionKind kind, TimeSpan? keep, Func<DateTimeOffset, CancellationToken, Task<(int Removed, bool More)>> removeSome, CancellationToken cancellationToken)
    {
        if (keep is null)
            return;
        var before = clock.GetUtcNow() - keep.Value;
        var total = 0;
        var more = true;
        while (more)
        {
            var started = clock.GetTimestamp();
            (var removed, more) = await removeSome(before, cancellationToken);
            total += removed;
            metrics.Removed(kind, removed);
            if (!more)
                break;
            await Task.Delay(clock.GetElapsedTime(started), clock, cancellationToken);
            // Taken by another replica meanwhile: this one was too slow, and the other goes on.
            if (!await HoldAsync(cancellationToken))
                break;
        }

        if (total > 0)
            LogRemoved(total, kind, before);
    }

    private async Task<(int Removed, bool More)> RemoveRowsAsync(DateTimeOffset before, CancellationToken cancellationToken)
    {
        var (keys, more) = await store.RemoveRowsAsync(before, options.Value.BatchSize, cancellationToken);
        await DeleteAsync(keys, cancellationToken);
        return (keys.Count, more);
    }

    private async Task<(int Removed, bool More)> RemoveBatchesAsync(DateTimeOffset before, CancellationToken cancellationToken)
    {
        var removed = await store.RemoveBatchesAsync(before, options.Value.BatchSize, cancellationToken);
        return (removed, removed == options.Value.BatchSize);
    }

    private async Task<(int Removed, bool More)> RemovePhotosAsync(DateTimeOffset before, CancellationToken cancellationToken)
    {
        var keys = await store.TakePhotosAsync(before, clock.GetUtcNow(), options.Value.BatchSize, cancellationToken);
        await DeleteAsync(keys, cancellationToken);
        return (keys.Count, keys.Count == options.Value.BatchSize);
    }

    private async Task<(int Removed, bool More)> RemoveDeadLettersAsync(DateTimeOffset before, CancellationToken cancellationToken)
    {
        var removed = await store.RemoveDeadLettersAsync(before, options.Value.BatchSize, cancellationToken);
        return (removed, removed == options.Value.BatchSize);
    }

    private async Task<(int Removed, bool More)> RemoveAuditAsync(DateTimeOffset before, CancellationToken cancellationToken)
    {
        var removed = await store.RemoveAuditAsync(before, options.Value.BatchSize, cancellationToken);
        return (removed, removed == options.Value.BatchSize);
    }

    private async Task DeleteAsync(IReadOnlyList<string> keys, CancellationToken cancellationToken)
    {
        foreach (var key in keys)
        {
            try
            {
                await images.DeleteAsync(key, cancellationToken);
            }
            catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
            {
                LogPhotoKept(key, exception);
            }
        }
    }

    private Task<bool> HoldAsync(CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        return leases.TryTakeAsync(Lease, now, now + LeaseTime, cancellationToken);
    }

    [LoggerMessage(LogLevel.Information, "{Count} of kind {Kind} from before {Before:u} were removed, since they are older than they are kept.")]
    private partial void LogRemoved(int count, RetentionKind kind, DateTimeOffset before);

    [LoggerMessage(LogLevel.Warning, "Photo {ImageKey}, which is older than it is kept, could not be removed; the sweep of orphans tries again.")]
    private partial void LogPhotoKept(string imageKey, Exception exception);
}

/// <summary>Runs <see cref="Retention"/> now and then.</summary>
internal sealed partial class RetentionSchedule(Retention retention, TimeProvider clock, IOptions<RetentionOptions> options, ILogger<RetentionSchedule> log) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.Value.Interval, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await retention.RunAsync(stoppingToken);
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                LogFailed(exception);
            }
        }
    }

    [LoggerMessage(LogLevel.Warning, "What is too old could not all be removed; trying again later.")]
    private partial void LogFailed(Exception exception);
}
