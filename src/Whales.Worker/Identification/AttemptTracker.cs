using System.Collections.Concurrent;
using Whales.Contracts;

namespace Whales.Worker.Identification;

/// <summary>
/// What this process has in hand or has just finished. After a broken connection the broker delivers those photos again: their second copy
/// waits for the first instead of running twice.
/// </summary>
public sealed class AttemptTracker
{
    // Far more than any prefetch: a copy comes back within seconds of its first delivery.
    private const int Remembered = 4096;

    private readonly ConcurrentDictionary<(Guid Id, int Attempt), Task> _attempts = new();
    private readonly ConcurrentQueue<(Guid Id, int Attempt)> _order = new();
    private readonly ConcurrentDictionary<(Guid Id, int Attempt), PhotoWork> _inHand = new();
    private readonly ConcurrentDictionary<(Guid Id, int Attempt), bool> _canceled = new();
    private readonly ConcurrentQueue<(Guid Id, int Attempt)> _canceledOrder = new();

    /// <summary>True when this process has this attempt in hand or has just finished it.</summary>
    public bool Knows(IdentifyWhale command) => _attempts.ContainsKey((command.IdentificationId, command.Attempt));

    /// <summary>Runs <paramref name="work"/>; for a copy that arrives meanwhile, waits for the first run instead. A failed run is forgotten.</summary>
    /// <param name="command">The attempt.</param>
    /// <param name="redelivered">
    /// True when the broker gave the same message again, whose outcome is confirmed if it is finished. A new message for a finished attempt
    /// means that its outcome was lost on the way: it runs again.
    /// </param>
    /// <param name="work">What to do for the photo.</param>
    public async Task RunAsync(IdentifyWhale command, bool redelivered, Func<Task> work)
    {
        var key = (command.IdentificationId, command.Attempt);
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        while (_attempts.GetOrAdd(key, done.Task) is var first && first != done.Task)
        {
            if (redelivered || !first.IsCompleted)
            {
                await first;
                return;
            }

            // From here on copies wait for this run.
            if (_attempts.TryUpdate(key, done.Task, first))
                break;
        }

        try
        {
            await work();
            done.SetResult();
            Remember(_order, key, _attempts);
        }
        catch (Exception exception)
        {
            _attempts.TryRemove(key, out _);
            done.SetException(exception);
            // Nobody may be waiting for the copy.
            _ = done.Task.Exception;
            throw;
        }
    }

    public void Cancel(IdentificationCanceled canceled)
    {
        var key = (canceled.IdentificationId, canceled.Attempt);
        if (_canceled.TryAdd(key, true))
            Remember(_canceledOrder, key, _canceled);
        if (_inHand.TryGetValue(key, out var work))
            work.Cancel();
    }

    /// <summary>Work that ends when the attempt is canceled, or by <paramref name="drain"/>. Dispose it when the photo is done with.</summary>
    internal PhotoWork Begin(IdentifyWhale command, CancellationToken drain)
    {
        var key = (command.IdentificationId, command.Attempt);
        var work = new PhotoWork(done => _inHand.TryRemove(KeyValuePair.Create(key, done)), drain);
        _inHand[key] = work;
        // Heard in between: this photo was not yet to be found.
        if (IsCanceled(command))
            work.Cancel();
        return work;
    }

    public bool IsCanceled(IdentifyWhale command) => _canceled.ContainsKey((command.IdentificationId, command.Attempt));

    private static void Remember<T>(
        ConcurrentQueue<(Guid Id, int Attempt)> order, (Guid Id, int Attempt) key, ConcurrentDictionary<(Guid Id, int Attempt), T> known)
    {
        order.Enqueue(key);
        while (order.Count > Remembered && order.TryDequeue(out var oldest))
            known.TryRemove(oldest, out _);
    }
}
