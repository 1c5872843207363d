using System.Collections.Concurrent;
using Microsoft.Extensions.Options;
using Whales.Ingest.Api.Storage;

namespace Whales.Ingest.Api.Identifications;

/// <summary>
/// Long polls. A waiter sleeps until its identification is told to have changed; because such news can be lost,
/// it also looks into the store every <see cref="IngestOptions.PollRefresh"/>.
/// </summary>
public sealed class IdentificationWaiters(
    IIdentificationStore store, IOptions<IngestOptions> options, TimeProvider clock, IHostApplicationLifetime lifetime)
{
    /// <summary>The longest that a request may wait.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromSeconds(60);

    // The latest outcomes: enough for those whose client is just about to wait.
    private const int Remembered = 1024;

    private readonly TimeSpan _readAgain = options.Value.PollRefresh;
    private readonly ConcurrentDictionary<Guid, Bell> _bells = new();
    private readonly ConcurrentDictionary<Guid, Completion> _recent = new();
    private readonly ConcurrentQueue<Guid> _recentOrder = new();

    /// <summary>How many identifications are being waited for.</summary>
    public int Count => _bells.Count;

    /// <summary>Wakes whoever waits for this identification: call it after each stored change.</summary>
    public void Completed(Guid id)
    {
        if (_bells.TryRemove(id, out var bell))
            bell.Rung.TrySetResult(null);
    }

    /// <summary>Wakes whoever waits for this outcome, which is stored; they need not read it back.</summary>
    public void Completed(Completion completion)
    {
        var id = completion.Attempt.Id;
        // Remembered first: a bell that is hung just now either is seen here or finds the memory.
        if (_recent.TryAdd(id, completion))
            Forget(id);
        if (_bells.TryRemove(id, out var bell))
            bell.Rung.TrySetResult(completion);
    }

    /// <summary>Waits for the outcome of a photo that was accepted a moment ago. The usual way asks the store nothing.</summary>
    /// <param name="accepted">The row as it was inserted.</param>
    /// <param name="atMost">How long.</param>
    /// <param name="cancellationToken">The client went away.</param>
    /// <returns>The row as it is then; null when there is none any more.</returns>
    public async Task<IdentificationRow?> WaitForOutcomeAsync(IdentificationRow accepted, TimeSpan atMost, CancellationToken cancellationToken)
    {
        var started = clock.GetTimestamp();
        var bell = Hang(accepted.Id);
        try
        {
            if (!_recent.TryGetValue(accepted.Id, out var completion))
            {
                await RungAsync(bell, atMost < _readAgain ? atMost : _readAgain, cancellationToken);
                completion = bell.Rung.Task.IsCompleted ? await bell.Rung.Task : null;
                cancellationToken.ThrowIfCancellationRequested();
            }

            if (completion is not null && completion.Attempt.Attempt == accepted.Attempt)
                return accepted.With(completion);
        }
        finally
        {
            Leave(accepted.Id, bell);
        }

        var left = atMost - clock.GetElapsedTime(started);
        return await WaitAsync(accepted.Id, IdentificationMapping.IsFinal, left > TimeSpan.Zero ? left : TimeSpan.Zero, cancellationToken);
    }

    /// <summary>Waits until <paramref name="done"/> says yes to the row, the time is up or the host stops.</summary>
    /// <returns>The row as it is then; null when there is none.</returns>
    public async Task<IdentificationRow?> WaitAsync(
        Guid id, Func<IdentificationRow, bool> done, TimeSpan atMost, CancellationToken cancellationToken)
    {
        var started = clock.GetTimestamp();
        while (true)
        {
            // The bell is hung before the row is read: a change in between rings it.
            var bell = Hang(id);
            try
            {
                var row = await store.FindAsync(id, cancellationToken);
                var left = atMost - clock.GetElapsedTime(started);
                if (row is null || left <= TimeSpan.Zero || lifetime.ApplicationStopping.IsCancellationRequested || done(row))
                    return row;
                await RungAsync(bell, left < _readAgain ? left : _readAgain, cancellationToken);
                cancellationToken.ThrowIfCancellationRequested();
            }
            finally
            {
                Leave(id, bell);
            }
        }
    }

    // Returns when the bell was rung, the time is up or the client is gone; who waits looks which.
    private async Task RungAsync(Bell bell, TimeSpan atMost, CancellationToken cancellationToken) =>
        await ((Task)bell.Rung.Task).WaitAsync(atMost, clock, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    private void Forget(Guid newest)
    {
        _recentOrder.Enqueue(newest);
        while (_recentOrder.Count > Remembered && _recentOrder.TryDequeue(out var oldest))
            _recent.TryRemove(oldest, out _);
    }

    private Bell Hang(Guid id)
    {
        while (true)
        {
            var bell = _bells.GetOrAdd(id, static _ => new Bell());
            lock (bell)
            {
                // Taken down between the two lines above: hang a new one.
                if (bell.TakenDown)
                    continue;
                bell.Waiters++;
                return bell;
            }
        }
    }

    private void Leave(Guid id, Bell bell)
    {
        lock (bell)
        {
            if (--bell.Waiters > 0)
                return;
            bell.TakenDown = true;
        }
        _bells.TryRemove(KeyValuePair.Create(id, bell));
    }

    private sealed class Bell
    {
        public TaskCompletionSource<Completion?> Rung { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public int Waiters { get; set; }

        public bool TakenDown { get; set; }
    }
}
