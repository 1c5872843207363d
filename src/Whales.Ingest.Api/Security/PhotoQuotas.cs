using Microsoft.Extensions.Options;
using Whales.Ingest.Api.Errors;
using Whales.Ingest.Api.Storage;

namespace Whales.Ingest.Api.Security;

/// <summary>
/// Photos a day of each key. Counted in memory, added to the table every few seconds and read back with what other replicas added: a crash
/// forgets a few seconds, a restart nothing, and a photo costs no write of its own.
/// </summary>
internal sealed partial class PhotoQuotas(QuotaStore store, IOptions<LimitsOptions> options, TimeProvider clock, ILogger<PhotoQuotas> logger) : BackgroundService
{
    private static readonly TimeSpan SaveInterval = TimeSpan.FromSeconds(2);

    private readonly int _limit = options.Value.PhotosPerDay;
    private readonly Dictionary<string, Count> _counts = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim _saving = new(1);
    private long _forgottenBefore;

    /// <summary>Takes room for photos that are about to be read.</summary>
    /// <exception cref="RequestRefusedException">The key has sent its photos of today.</exception>
    public async ValueTask TakeAsync(Caller caller, int photos, CancellationToken cancellationToken)
    {
        if (!Applies(caller))
            return;
        var today = Today();
        if (!IsKnown(caller.Name, today))
            Learn(caller.Name, today, saved: 0, await store.AddAsync(caller.Name, today, 0, cancellationToken));
        lock (_counts)
        {
            var count = _counts[caller.Name];
            if (count.Total + photos > _limit)
                throw RequestRefusedException.RateLimited($"This key has sent its {_limit:N0} photos of today; the next day begins at 00:00 UTC.", UntilTomorrow());
            count.Unsaved += photos;
        }
    }

    /// <summary>Gives back what was taken for photos that were not accepted.</summary>
    public void GiveBack(Caller caller, int photos)
    {
        if (!Applies(caller))
            return;
        lock (_counts)
            _counts[caller.Name].Unsaved -= photos;
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await SaveAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (_limit == 0)
            return;
        using var timer = new PeriodicTimer(SaveInterval, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            await SaveAsync(stoppingToken);
            await ForgetAsync(stoppingToken);
        }
    }

    private async Task SaveAsync(CancellationToken cancellationToken)
    {
        await _saving.WaitAsync(cancellationToken);
        try
        {
            List<(string Owner, long Day, int Unsaved)> all;
            lock (_counts)
                all = [.. _counts.Where(c => c.Value.Unsaved != 0).Select(c => (c.Key, c.Value.Day, c.Value.Unsaved))];
            foreach (var (owner, day, unsaved) in all)
                Learn(owner, day, unsaved, await store.AddAsync(owner, day, unsaved, cancellationToken));
        }
        catch (Exception exception) when (IsPassing(exception))
        {
            LogNotSaved(logger, exception);
        }
        finally
        {
            _saving.Release();
        }
    }

    // What earlier days counted is no longer asked for.
    private async Task ForgetAsync(CancellationToken cancellationToken)
    {
        var today = Today();
        if (today == _forgottenBefore)
            return;
        try
        {
            await store.ForgetBeforeAsync(today, cancellationToken);
            _forgottenBefore = today;
        }
        catch (Exception exception) when (IsPassing(exception))
        {
            LogNotSaved(logger, exception);
        }
    }

    private static bool IsPassing(Exception exception) => exception is System.Data.Common.DbException or TimeoutException or IOException;

    private bool Applies(Caller caller) => _limit > 0 && caller.Name.Length > 0;

    private bool IsKnown(string owner, long day)
    {
        lock (_counts)
            return _counts.TryGetValue(owner, out var count) && count.Day == day;
    }

    private void Learn(string owner, long day, int saved, long total)
    {
        lock (_counts)
        {
            if (!_counts.TryGetValue(owner, out var count) || count.Day < day)
                _counts[owner] = new Count { Day = day, Saved = total };
            else if (count.Day == day)
                (count.Saved, count.Unsaved) = (total, count.Unsaved - saved);
        }
    }

    private long Today() => clock.GetUtcNow().ToUnixTimeSeconds() / 86_400;

    private TimeSpan UntilTomorrow() => DateTimeOffset.UnixEpoch.AddDays(Today() + 1) - clock.GetUtcNow();

    [LoggerMessage(LogLevel.Warning, "The photos of today could not be counted in the job table; trying again.")]
    private static partial void LogNotSaved(ILogger logger, Exception exception);

    private sealed class Count
    {
        public long Day { get; init; }

        public long Saved { get; set; }

        public int Unsaved { get; set; }

        public long Total => Saved + Unsaved;
    }
}
