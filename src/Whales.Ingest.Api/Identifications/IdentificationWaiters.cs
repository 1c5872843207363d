using System.Collections.Concurrent;
using Whales.Ingest.Api.Storage;

namespace Whales.Ingest.Api.Identifications;

/// <summary>
/// Long polls. A waiter sleeps until its identification is told to have changed; because such news can be lost (another replica
/// stored the outcome), it also looks into the store every <see cref="ReadAgain"/>.
/// </summary>
public sealed class IdentificationWaiters(IIdentificationStore store, TimeProvider clock, IHostApplicationLifetime lifetime)
{
    /// <summary>The longest that a request may wait.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromSeconds(60);

    internal static readonly TimeSpan ReadAgain = TimeSpan.FromSeconds(2);

    private readonly ConcurrentDictionary<Guid, Bell> _bells = new();

    /// <summary>How many identifications are being waited for.</summary>
    public int Count => _bells.Count;

    /// <summary>Wakes whoever waits for this identification: call it after each stored change.</summary>
    public void Completed(Guid id)
    {
        if (_bells.TryRemove(id, out var bell))
            bell.Rung.TrySetResult();
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
                await bell.Rung.Task.WaitAsync(left < ReadAgain ? left : ReadAgain, clock, cancellationToken)
                    .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                cancellationToken.ThrowIfCancellationRequested();
            }
            finally
            {
                Leave(id, bell);
            }
        }
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
        public TaskCompletionSource Rung { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public int Waiters { get; set; }

        public bool TakenDown { get; set; }
    }
}
