using System.Buffers.Binary;
using Whales.Contracts;
using Whales.Hosting.Resilience;
using Whales.Ingest.Api.Identifications;
using Whales.Ingest.Api.Outbox;
using Whales.Ingest.Api.Storage;
using Whales.Ingest.Api.Telemetry;

namespace Whales.Ingest.Api.Outcomes;

/// <summary>
/// Makes rows final, many in one commit, and wakes who waits for them. While the store is away it keeps trying; an outcome for an attempt
/// that is already final changes nothing.
/// </summary>
internal sealed partial class OutcomeProjection : IAsyncDisposable
{
    private readonly WriteCoalescer<Completion, bool> _completions;
    private readonly Persistently _persistently;
    private readonly IdentificationWaiters _waiters;
    private readonly SentNotes _notes;
    private readonly ApiMetrics _metrics;
    private readonly ILogger<OutcomeProjection> _log;

    public OutcomeProjection(
        IIdentificationStore store, Persistently persistently, IdentificationWaiters waiters, SentNotes notes, ApiMetrics metrics, ILogger<OutcomeProjection> log)
    {
        _persistently = persistently;
        _waiters = waiters;
        _notes = notes;
        _metrics = metrics;
        _log = log;
        _completions = new WriteCoalescer<Completion, bool>(completions => store.CompleteAsync(completions, CancellationToken.None));
    }

    public async Task ApplyAsync(Completion completion, string model, CancellationToken cancellationToken)
    {
        var changed = await _persistently.RunAsync(async ct => await _completions.AddAsync(completion, ct), cancellationToken);
        if (!changed)
            return;
        _notes.Finished(completion.Attempt);
        _waiters.Completed(completion);
        _metrics.Finished(model, completion.Status, completion.Result?.Decision, (completion.CompletedAt - AcceptedAt(completion.Attempt.Id)).TotalSeconds);
        if (completion.Error is { } error)
            LogFailed(completion.Attempt.Id, model, error.Code, completion.Worker);
    }

    // A UUIDv7 begins with the 48 bits of its unix time in milliseconds (RFC 9562, 5.7).
    private static DateTimeOffset AcceptedAt(Guid id)
    {
        Span<byte> bytes = stackalloc byte[16];
        id.TryWriteBytes(bytes, bigEndian: true, out _);
        return DateTimeOffset.FromUnixTimeMilliseconds((long)(BinaryPrimitives.ReadUInt64BigEndian(bytes) >> 16));
    }

    public ValueTask DisposeAsync() => _completions.DisposeAsync();

    [LoggerMessage(LogLevel.Information, "Identification {IdentificationId} failed on {Model}: {Code} (worker {Worker}).")]
    private partial void LogFailed(Guid identificationId, string model, string code, string? worker);
}
