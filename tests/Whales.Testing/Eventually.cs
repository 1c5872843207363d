using System.Diagnostics;

namespace Whales.Testing;

/// <summary>Waiting for a condition, never for a time.</summary>
public static class Eventually
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(25);

    /// <summary>Returns as soon as <paramref name="condition"/> holds.</summary>
    /// <param name="condition">Asked about forty times a second.</param>
    /// <param name="timeout">After this long the wait fails.</param>
    /// <param name="describe">What was waited for, and how it stands: part of the failure's text.</param>
    /// <param name="cancellationToken">Ends the wait early.</param>
    /// <exception cref="TimeoutException">The condition did not come true in time.</exception>
    public static async Task UntilAsync(
        Func<Task<bool>> condition, TimeSpan timeout, Func<string> describe, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(condition);
        ArgumentNullException.ThrowIfNull(describe);
        var clock = Stopwatch.StartNew();
        while (!await condition())
        {
            if (clock.Elapsed > timeout)
                throw new TimeoutException($"Waited {timeout.TotalSeconds:0.#} s in vain: {describe()}");
            await Task.Delay(Interval, cancellationToken);
        }
    }

    /// <inheritdoc cref="UntilAsync(Func{Task{bool}}, TimeSpan, Func{string}, CancellationToken)"/>
    public static Task UntilAsync(
        Func<Task<bool>> condition, TimeSpan timeout, string describe, CancellationToken cancellationToken = default)
        => UntilAsync(condition, timeout, () => describe, cancellationToken);

    /// <inheritdoc cref="UntilAsync(Func{Task{bool}}, TimeSpan, Func{string}, CancellationToken)"/>
    public static Task UntilAsync(
        Func<bool> condition, TimeSpan timeout, string describe, CancellationToken cancellationToken = default)
        => UntilAsync(() => Task.FromResult(condition()), timeout, () => describe, cancellationToken);

    /// <summary>Returns the first value that <paramref name="ask"/> gives and <paramref name="accept"/> takes; a failure names the last one.</summary>
    public static async Task<T> GetAsync<T>(
        Func<Task<T>> ask, Func<T, bool> accept, TimeSpan timeout, string describe, CancellationToken cancellationToken = default)
    {
        T last = default!;
        await UntilAsync(
            async () => accept(last = await ask()), timeout, () => $"{describe}; last seen: {last}", cancellationToken);
        return last;
    }
}
