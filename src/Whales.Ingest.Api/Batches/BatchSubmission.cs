using System.Diagnostics;
using Microsoft.Extensions.Options;
using Whales.Contracts;
using Whales.Ingest.Api.Batches.Intake;
using Whales.Ingest.Api.Errors;
using Whales.Ingest.Api.Identifications;
using Whales.Ingest.Api.Security;
using Whales.Ingest.Api.Storage;
using Whales.Ingest.Api.Waiting;

namespace Whales.Ingest.Api.Batches;

/// <summary>
/// Accepts a batch: received into the spool, unpacked into the image store, then all rows in one commit, then the answer. Until that commit
/// there is no batch, and a refusal, a failure or a crash leaves none.
/// </summary>
internal sealed partial class BatchSubmission(
    BatchStore store,
    BatchClaims claims,
    SpoolFolder folder,
    BatchBody body,
    BatchEntries entries,
    BatchExpansion expansion,
    Admission admission,
    PhotoQuotas quotas,
    IIdentificationQueue queue,
    BatchMetrics metrics,
    IHostApplicationLifetime lifetime,
    TimeProvider clock,
    IOptions<BatchOptions> options,
    ILogger<BatchSubmission> logger)
{
    private static readonly TimeSpan TimeWhenStopping = TimeSpan.FromSeconds(3);

    /// <returns>The batch that answers the request, and whether an earlier request made it.</returns>
    public async Task<(BatchRow Row, bool Replayed)> AcceptAsync(HttpRequest request, SubmitParameters parameters, CancellationToken cancellationToken)
    {
        body.CheckHeaders(request);
        if (!folder.HasRoom(request.ContentLength ?? 0))
            throw BatchRefusals.NoRoom();
        var id = Guid.CreateVersion7(clock.GetUtcNow());
        if (parameters.IdempotencyKey is not { } key)
            return (await AcceptNewAsync(request, parameters, id, cancellationToken), false);

        var held = await claims.ClaimAsync(new BatchClaim(request.HttpContext.Caller().Name, key, id, null));
        if (held.BatchId != id)
            return (await ReplayAsync(request, parameters, held, cancellationToken), true);
        await using var renewal = claims.KeepAlive(held);
        try
        {
            return (await AcceptNewAsync(request, parameters, id, cancellationToken), false);
        }
        catch
        {
            await claims.ReleaseAsync(held);
            throw;
        }
    }

    private async Task<BatchRow> AcceptNewAsync(HttpRequest request, SubmitParameters parameters, Guid id, CancellationToken cancellationToken)
    {
        // A full line is told before anything is read.
        admission.Enter(parameters.Model, Lane.Bulk).Dispose();
        using var spool = folder.Create();
        var received = await ReceiveAsync(request, spool, cancellationToken);
        // How many photos want to wait is known from here on, and none is stored yet: the place of every limit on their number.
        var found = entries.Find(received, spool);
        using var room = admission.Enter(parameters.Model, Lane.Bulk, found.Count);
        var caller = request.HttpContext.Caller();
        await quotas.TakeAsync(caller, found.Count, cancellationToken);
        var stored = 0;
        try
        {
            // A client that goes away now changes nothing: its next try, or the list of batches, finds what it sent.
            var expanded = await ExpandAsync(found, spool);
            var batch = await CommitAsync(caller, parameters, id, received, expanded);
            room.Stored(expanded.Photos.Count);
            stored = expanded.Photos.Count;
            return batch;
        }
        finally
        {
            quotas.GiveBack(caller, found.Count - stored);
        }
    }

    private async Task<ReceivedFiles> ReceiveAsync(HttpRequest request, Spool? spool, CancellationToken cancellationToken)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(options.Value.UploadTimeout);
        // A slow upload must not use up the time that a stopping host has for the photos it has accepted.
        await using var stopping = lifetime.ApplicationStopping.Register(() => timeout.CancelAfter(TimeWhenStopping));
        try
        {
            return await body.ReadAsync(request, spool, timeout.Token);
        }
        catch (OperationCanceledException) when (timeout.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw lifetime.ApplicationStopping.IsCancellationRequested
                ? Stopping()
                : RequestRefusedException.TimedOut($"The batch did not come within {options.Value.UploadTimeout}.");
        }
    }

    private async Task<ExpandedBatch> ExpandAsync(IReadOnlyList<BatchEntry> found, Spool spool)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(lifetime.ApplicationStopping);
        timeout.CancelAfter(options.Value.ExpansionTimeout);
        try
        {
            var started = clock.GetTimestamp();
            var expanded = await expansion.RunAsync(found, spool, Now(), timeout.Token);
            metrics.Expanded(clock.GetElapsedTime(started).TotalSeconds);
            return expanded;
        }
        catch (OperationCanceledException e) when (timeout.IsCancellationRequested)
        {
            throw lifetime.ApplicationStopping.IsCancellationRequested
                ? Stopping()
                : RequestRefusedException.Unavailable("The photos could not be stored in time. Nothing of the batch was kept. Try again later, or send smaller batches.", e);
        }
    }

    private async Task<BatchRow> CommitAsync(Caller caller, SubmitParameters parameters, Guid id, ReceivedFiles received, ExpandedBatch expanded)
    {
        var acceptedAt = Now();
        var batch = new NewBatch(
            new BatchRow
            {
                Id = id,
                Owner = caller.Name,
                Model = parameters.Model,
                FileName = received.ArchiveName,
                Total = expanded.Photos.Count,
                RejectedCount = expanded.Rejected.Count,
                Rejected = expanded.Rejected,
                Region = parameters.Region,
                CreatedAt = acceptedAt,
                ExpiresAt = acceptedAt + parameters.ExpiresIn,
                IdempotencyKey = parameters.IdempotencyKey,
            },
            Lane.Bulk,
            Activity.Current?.Id,
            parameters.IdempotencyKey is null ? null : parameters.Fingerprint(received.Sha256));
        try
        {
            if (!await store.InsertAsync(batch, expanded.Photos, CancellationToken.None))
            {
                await expansion.RemoveAsync(expanded.Photos);
                throw RequestRefusedException.IdempotencyInProgress();
            }
        }
        catch (Exception e) when (e is not RequestRefusedException)
        {
            if (!await WasStoredAsync(id, expanded))
                throw RequestRefusedException.Unavailable("The job table cannot be written now. Try again shortly.", e);
        }

        queue.Wake();
        metrics.Accepted(batch.Row, expanded.Photos);
        return batch.Row;
    }

    // An error in mid-commit says nothing about the batch; only its absence allows to remove the photos.
    private async Task<bool> WasStoredAsync(Guid id, ExpandedBatch expanded)
    {
        try
        {
            if (await store.FindProgressAsync(id, CancellationToken.None) is not null)
                return true;
            await expansion.RemoveAsync(expanded.Photos);
        }
        catch (Exception e)
        {
            LogLeftBehind(expanded.Photos.Count, e);
        }

        return false;
    }

    private async Task<BatchRow> ReplayAsync(HttpRequest request, SubmitParameters parameters, BatchClaim held, CancellationToken cancellationToken)
    {
        if (held.Fingerprint is null)
            throw RequestRefusedException.IdempotencyInProgress();
        var received = await ReceiveAsync(request, null, cancellationToken);
        if (parameters.Fingerprint(received.Sha256) != held.Fingerprint)
            throw BatchRefusals.IdempotencyMismatch();
        // Deleted in between: the next try finds the key free.
        return await store.FindAsync(held.BatchId, cancellationToken) ?? throw RequestRefusedException.IdempotencyInProgress();
    }

    private static RequestRefusedException Stopping() =>
        RequestRefusedException.Unavailable("The server is stopping. Nothing of the batch was kept. Send it again shortly.", null);

    // The job table keeps milliseconds; what the client reads at first is what it reads later.
    private DateTimeOffset Now()
    {
        var now = clock.GetUtcNow();
        return new DateTimeOffset(now.Ticks - (now.Ticks % TimeSpan.TicksPerMillisecond), TimeSpan.Zero);
    }

    [LoggerMessage(LogLevel.Warning, "{Count} photos of a batch that may not have been stored are left in the image store; the sweep of orphans removes those without a row.")]
    private partial void LogLeftBehind(int count, Exception exception);
}
