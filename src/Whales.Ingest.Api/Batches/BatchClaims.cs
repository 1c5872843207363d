using Whales.Ingest.Api.Identifications;
using Whales.Ingest.Api.Storage;

namespace Whales.Ingest.Api.Batches;

/// <summary>
/// Idempotency keys of batches. An upload may take hours, so a claim does not end after the longest possible one: it is renewed while its
/// upload lives, and a key whose process died is free again within a minute.
/// </summary>
internal sealed partial class BatchClaims(BatchStore store, TimeProvider clock, ILogger<BatchClaims> logger)
{
    private static readonly TimeSpan RenewEvery = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan StaleAfter = TimeSpan.FromSeconds(60);

    /// <returns>The claim that holds: the caller's own, or the earlier one.</returns>
    public Task<BatchClaim> ClaimAsync(BatchClaim claim)
    {
        var now = clock.GetUtcNow();
        return store.ClaimAsync(claim, now, now - StaleAfter, now - Submission.IdempotencyWindow, CancellationToken.None);
    }

    /// <summary>Renews the claim until disposed.</summary>
    public IAsyncDisposable KeepAlive(BatchClaim claim) => new Renewal(this, claim);

    public async Task ReleaseAsync(BatchClaim claim)
    {
        try
        {
            await store.ReleaseClaimAsync(claim, CancellationToken.None);
        }
        catch (Exception e)
        {
            LogKept(e);
        }
    }

    private async Task RenewAsync(BatchClaim claim, CancellationToken ended)
    {
        using var timer = new PeriodicTimer(RenewEvery, clock);
        while (await timer.WaitForNextTickAsync(ended))
        {
            try
            {
                await store.RenewClaimAsync(claim, clock.GetUtcNow(), ended);
            }
            catch (Exception e) when (!ended.IsCancellationRequested)
            {
                LogNotRenewed(e);
            }
        }
    }

    [LoggerMessage(LogLevel.Warning, "An idempotency key of a refused batch could not be released; it is free again in a minute.")]
    private partial void LogKept(Exception exception);

    [LoggerMessage(LogLevel.Warning, "The idempotency key of a batch that is being received could not be renewed; trying again.")]
    private partial void LogNotRenewed(Exception exception);

    private sealed class Renewal : IAsyncDisposable
    {
        private readonly CancellationTokenSource _end = new();
        private readonly Task _loop;

        public Renewal(BatchClaims claims, BatchClaim claim) => _loop = claims.RenewAsync(claim, _end.Token);

        public async ValueTask DisposeAsync()
        {
            await _end.CancelAsync();
            await _loop.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            _end.Dispose();
        }
    }
}
