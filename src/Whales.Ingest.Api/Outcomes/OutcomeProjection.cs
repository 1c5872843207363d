using Whales.Contracts;
using Whales.Hosting.Resilience;
using Whales.Ingest.Api.Identifications;
using Whales.Ingest.Api.Storage;
using Whales.Ingest.Api.Telemetry;

namespace Whales.Ingest.Api.Outcomes;

/// <summary>
/// Makes rows final, many in one commit, and wakes who waits for them. While the store is away it keeps trying; an outcome for an attempt
/// that is already final changes nothing.
/// </summary>
internal sealed class OutcomeProjection : IAsyncDisposable
{
    private readonly WriteCoalescer<Completion, bool> _completions;
    private readonly Persistently _persistently;
    private readonly IdentificationWaiters _waiters;
    private readonly ApiMetrics _metrics;

    public OutcomeProjection(IIdentificationStore store, Persistently persistently, IdentificationWaiters waiters, ApiMetrics metrics)
    {
        _persistently = persistently;
        _waiters = waiters;
        _metrics = metrics;
        _completions = new WriteCoalescer<Completion, bool>(store.CompleteAsync);
    }

    public async Task ApplyAsync(Completion completion, string model, CancellationToken cancellationToken)
    {
        var changed = await _persistently.RunAsync(async ct => await _completions.AddAsync(completion, ct), cancellationToken);
        if (!changed)
            return;
        _waiters.Completed(completion.Attempt.Id);
        _metrics.Finished(model, completion);
    }

    public ValueTask DisposeAsync() => _completions.DisposeAsync();
}
