using Whales.Ingest.Api.Storage;

namespace Whales.Ingest.Api.Identifications;

/// <summary>Tells workers of a cancellation without letting a slow or absent broker hold up the answer.</summary>
internal sealed partial class CancelNotice(ICancelBroadcast broadcast, ILogger<CancelNotice> logger)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    public async Task SendAsync(AttemptId attempt)
    {
        using var patience = new CancellationTokenSource(Patience);
        try
        {
            await broadcast.SendAsync(attempt, patience.Token).WaitAsync(patience.Token);
        }
        catch (Exception e)
        {
            LogNotSent(logger, attempt.Id, e);
        }
    }

    [LoggerMessage(LogLevel.Warning, "Workers were not told that identification {IdentificationId} was canceled; its outcome will be ignored.")]
    private static partial void LogNotSent(ILogger logger, Guid identificationId, Exception exception);
}
