namespace Whales.Hosting.Resilience;

/// <summary>
/// Sends that end in time: cancelled, because an abandoned one would go on trying by itself, and left, because a paused broker can hold a
/// send where the transport does not look at its token.
/// </summary>
public static class Bounded
{
    /// <exception cref="TimeoutException"><paramref name="work"/> took longer than <paramref name="limit"/>.</exception>
    /// <exception cref="OperationCanceledException">By <paramref name="cancellationToken"/>.</exception>
    public static async ValueTask RunAsync(Func<CancellationToken, Task> work, TimeSpan limit, CancellationToken cancellationToken)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(limit);
        try
        {
            await work(timeout.Token).WaitAsync(timeout.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"The broker did not confirm within {limit.TotalSeconds:0.#} s.");
        }
    }
}
