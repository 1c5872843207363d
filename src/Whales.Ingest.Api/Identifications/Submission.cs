using System.Diagnostics;
using Microsoft.Extensions.Options;
using Whales.Contracts;
using Whales.Hosting.Images;
using Whales.Ingest.Api.Errors;
using Whales.Ingest.Api.Identifications.Upload;
using Whales.Ingest.Api.Security;
using Whales.Ingest.Api.Storage;
using Whales.Ingest.Api.Waiting;

namespace Whales.Ingest.Api.Identifications;

/// <summary>Accepts one photo: image durable, then row durable, then the answer.</summary>
internal sealed partial class Submission(
    IIdentificationStore store,
    IImageStore images,
    IIdentificationQueue queue,
    PhotoIntake intake,
    Admission admission,
    IHostApplicationLifetime lifetime,
    TimeProvider clock,
    IOptions<IngestOptions> options,
    ILogger<Submission> logger)
{
    /// <summary>How long an idempotency key answers with its first identification.</summary>
    public static readonly TimeSpan IdempotencyWindow = TimeSpan.FromHours(24);

    private static readonly TimeSpan UploadTimeWhenStopping = TimeSpan.FromSeconds(3);

    // A claim is stale only when its upload must have timed out on any replica, clocks a little apart.
    private static readonly TimeSpan ClaimSlack = TimeSpan.FromSeconds(30);

    /// <returns>The row that answers the request, and whether an earlier request made it.</returns>
    public async Task<(IdentificationRow Row, bool Replayed)> AcceptAsync(
        HttpRequest request, SubmitParameters parameters, CancellationToken cancellationToken)
    {
        PhotoBody.CheckHeaders(request, options.Value.MaxPhotoBytes);
        var now = Now();
        var id = Guid.CreateVersion7(now);
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(options.Value.UploadTimeout);
        // A slow upload must not use up the time that a stopping host has for the photos it has accepted.
        await using var stopping = lifetime.ApplicationStopping.Register(() => timeout.CancelAfter(UploadTimeWhenStopping));
        try
        {
            if (parameters.IdempotencyKey is not { } key)
                return (await AcceptNewAsync(request, parameters, id, timeout.Token), false);

            var claim = new IdempotencyClaim(request.HttpContext.Caller().Name, key, id, now, null);
            var held = await store.ClaimAsync(claim, now - options.Value.UploadTimeout - ClaimSlack, now - IdempotencyWindow, CancellationToken.None);
            return held.IdentificationId == id
                ? (await AcceptClaimedAsync(request, parameters, claim, timeout.Token), false)
                : (await ReplayAsync(request, parameters, held, timeout.Token), true);
        }
        catch (OperationCanceledException) when (timeout.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            if (lifetime.ApplicationStopping.IsCancellationRequested)
                throw RequestRefusedException.Unavailable("The server is stopping. Send the photo again shortly.", null);
            throw RequestRefusedException.TimedOut($"The photo did not come within {options.Value.UploadTimeout.TotalSeconds:0} seconds.");
        }
    }

    private async Task<IdentificationRow> AcceptClaimedAsync(
        HttpRequest request, SubmitParameters parameters, IdempotencyClaim claim, CancellationToken cancellationToken)
    {
        try
        {
            return await AcceptNewAsync(request, parameters, claim.IdentificationId, cancellationToken);
        }
        catch
        {
            await ReleaseAsync(claim);
            throw;
        }
    }

    private async Task<IdentificationRow> AcceptNewAsync(
        HttpRequest request, SubmitParameters parameters, Guid id, CancellationToken cancellationToken)
    {
        using var room = admission.Enter(parameters.Model, Lane.Interactive);
        var photo = await intake.StoreAsync(request, ImageKeys.ForPhoto(id, Now()), cancellationToken);
        var acceptedAt = Now();
        var row = new IdentificationRow
        {
            Id = id,
            Owner = request.HttpContext.Caller().Name,
            Attempt = 1,
            Model = parameters.Model,
            Status = IdentificationStatus.Queued,
            Lane = Lane.Interactive,
            ImageKey = photo.ImageKey,
            ContentType = photo.ContentType,
            ImageBytes = photo.Bytes,
            Sha256 = photo.Sha256,
            FileName = photo.FileName,
            Region = parameters.Region,
            CreatedAt = acceptedAt,
            QueuedAt = acceptedAt,
            ExpiresAt = acceptedAt + parameters.ExpiresIn,
            TraceParent = Activity.Current?.Id,
            IdempotencyKey = parameters.IdempotencyKey,
            Fingerprint = parameters.IdempotencyKey is null ? null : parameters.Fingerprint(photo.Sha256),
        };
        await EnqueueAsync(row);
        room.Stored();
        return row;
    }

    // The photo is durable: from here on a client that goes away changes nothing.
    private async Task EnqueueAsync(IdentificationRow row)
    {
        try
        {
            await queue.EnqueueAsync(row, CancellationToken.None);
        }
        catch (Exception e)
        {
            if (await WasStoredAsync(row.Id))
                return;
            throw RequestRefusedException.Unavailable("The job table cannot be written now. Try again shortly.", e);
        }

        // An error in mid-commit says nothing about the row; only its absence allows to remove the photo.
        async Task<bool> WasStoredAsync(Guid id)
        {
            try
            {
                if (await store.FindAsync(id, CancellationToken.None) is not null)
                    return true;
                await images.DeleteAsync(row.ImageKey, CancellationToken.None);
            }
            catch (Exception e)
            {
                LogLeftBehind(logger, row.ImageKey, e);
            }
            return false;
        }
    }

    private async Task<IdentificationRow> ReplayAsync(
        HttpRequest request, SubmitParameters parameters, IdempotencyClaim held, CancellationToken cancellationToken)
    {
        if (held.Fingerprint is null)
            throw RequestRefusedException.IdempotencyInProgress();
        var sha256 = await intake.HashAsync(request, cancellationToken);
        if (parameters.Fingerprint(sha256) != held.Fingerprint)
            throw RequestRefusedException.IdempotencyMismatch();
        // Deleted in between: the next try finds the key free.
        return await store.FindAsync(held.IdentificationId, cancellationToken) ?? throw RequestRefusedException.IdempotencyInProgress();
    }

    private async Task ReleaseAsync(IdempotencyClaim claim)
    {
        try
        {
            await store.ReleaseClaimAsync(claim, CancellationToken.None);
        }
        catch (Exception e)
        {
            LogClaimKept(logger, e);
        }
    }

    // The job table keeps milliseconds; what the client reads at first is what it reads later.
    private DateTimeOffset Now()
    {
        var now = clock.GetUtcNow();
        return new DateTimeOffset(now.Ticks - (now.Ticks % TimeSpan.TicksPerMillisecond), TimeSpan.Zero);
    }

    [LoggerMessage(LogLevel.Warning, "Photo {ImageKey} of a refused request may be left in the image store; the sweep of orphans removes it.")]
    private static partial void LogLeftBehind(ILogger logger, string imageKey, Exception exception);

    [LoggerMessage(LogLevel.Warning, "An idempotency key of a failed upload could not be released; it is free again when its claim is stale.")]
    private static partial void LogClaimKept(ILogger logger, Exception exception);
}
