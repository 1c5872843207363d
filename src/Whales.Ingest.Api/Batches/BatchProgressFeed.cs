using System.Data.Common;
using Microsoft.Extensions.Options;
using Whales.Ingest.Api.Storage;

namespace Whales.Ingest.Api.Batches;

/// <summary>
/// The progress of batches that somebody waits for. However many clients wait for one batch, it is counted once every
/// <see cref="BatchOptions.ProgressInterval"/>, and not at all while nobody does. Because it is counted and not told, it makes no difference
/// which replica stored an outcome.
/// </summary>
internal sealed partial class BatchProgressFeed(
    BatchStore store, IOptions<BatchOptions> options, TimeProvider clock, IHostApplicationLifetime lifetime, ILogger<BatchProgressFeed> logger)
{
    private readonly Dictionary<Guid, Watch> _watches = [];
    private readonly TimeProvider _clock = clock;
    private readonly CancellationToken _stopping = lifetime.ApplicationStopping;

    /// <summary>How many batches are being counted.</summary>
    public int Count
    {
        get
        {
            lock (_watches)
                return _watches.Count;
        }
    }

    /// <summary>Begins to count a batch, or joins those who wait for it already. Dispose it in the end.</summary>
    public Listener Listen(Guid batch)
    {
        lock (_watches)
        {
            if (!_watches.TryGetValue(batch, out var watch))
            {
                _watches.Add(batch, watch = new Watch());
                _ = CountAsync(batch, watch);
            }

            watch.Listeners++;
            return new Listener(this, batch, watch);
        }
    }

    /// <summary>Waits until <paramref name="done"/> says yes to the progress, the time is up or the host stops.</summary>
    /// <returns>The progress as it is then; null when there is no such batch.</returns>
    public async Task<BatchProgress?> WaitAsync(Guid batch, Func<BatchProgress, bool> done, TimeSpan atMost, CancellationToken cancellationToken)
    {
        var started = _clock.GetTimestamp();
        var progress = await store.FindProgressAsync(batch, cancellationToken);
        if (progress is null || done(progress) || atMost <= TimeSpan.Zero)
            return progress;
        using var listener = Listen(batch);
        while (true)
        {
            var left = atMost - _clock.GetElapsedTime(started);
            if (left <= TimeSpan.Zero || _stopping.IsCancellationRequested)
                return progress;
            var (found, next) = await listener.NextAsync(progress.Changes, left, cancellationToken);
            if (!found)
                return null;
            if (next is null)
                continue;
            progress = next;
            if (done(progress))
                return progress;
        }
    }

    private async Task CountAsync(Guid batch, Watch watch)
    {
        // Belongs to all who wait, not to the request that came first.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        while (!IsAlone(batch, watch))
        {
            try
            {
                watch.Tell(await store.FindProgressAsync(batch, CancellationToken.None));
            }
            catch (Exception exception) when (exception is DbException or TimeoutException or IOException)
            {
                LogNotCounted(batch, exception);
            }

            await Task.Delay(options.Value.ProgressInterval, _clock);
        }
    }

    private bool IsAlone(Guid batch, Watch watch)
    {
        lock (_watches)
            return watch.Listeners == 0 && _watches.Remove(batch);
    }

    private void Leave(Watch watch)
    {
        lock (_watches)
            watch.Listeners--;
    }

    [LoggerMessage(LogLevel.Warning, "The progress of batch {BatchId} could not be counted; trying again.")]
    private partial void LogNotCounted(Guid batchId, Exception exception);

    /// <summary>One who waits.</summary>
    public sealed class Listener(BatchProgressFeed feed, Guid batch, Watch watch) : IDisposable
    {
        private bool _left;

        public Guid Batch { get; } = batch;

        /// <summary>Waits for progress with more changes than <paramref name="known"/>.</summary>
        /// <returns>Whether the batch is still there, and its progress; null when the time is up.</returns>
        public async Task<(bool Found, BatchProgress? Progress)> NextAsync(long known, TimeSpan atMost, CancellationToken cancellationToken)
        {
            var until = feed._clock.GetTimestamp();
            while (true)
            {
                var (told, changed) = watch.Latest();
                if (told is { } reading && (reading.Progress is null || reading.Progress.Changes > known))
                    return (reading.Progress is not null, reading.Progress);
                var left = atMost - feed._clock.GetElapsedTime(until);
                if (left <= TimeSpan.Zero || feed._stopping.IsCancellationRequested)
                    return (true, null);
                using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, feed._stopping);
                await changed.WaitAsync(left, feed._clock, either.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                cancellationToken.ThrowIfCancellationRequested();
            }
        }

        public void Dispose()
        {
            if (_left)
                return;
            _left = true;
            feed.Leave(watch);
        }
    }

    /// <summary>A batch that is being counted.</summary>
    public sealed class Watch
    {
        private readonly Lock _gate = new();
        private Reading? _latest;
        private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public int Listeners { get; set; }

        public (Reading? Latest, Task Changed) Latest()
        {
            lock (_gate)
                return (_latest, _changed.Task);
        }

        public void Tell(BatchProgress? progress)
        {
            TaskCompletionSource changed;
            lock (_gate)
            {
                if (_latest is { } latest && latest.Progress?.Changes == progress?.Changes)
                    return;
                _latest = new Reading(progress);
                changed = _changed;
                _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            }

            changed.SetResult();
        }
    }

    /// <param name="Progress">Null when the batch is gone.</param>
    public readonly record struct Reading(BatchProgress? Progress);
}
