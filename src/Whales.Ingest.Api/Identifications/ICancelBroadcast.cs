using Whales.Ingest.Api.Storage;

namespace Whales.Ingest.Api.Identifications;

/// <summary>Tells every worker that an attempt is no longer wanted. Best effort: the row decides.</summary>
public interface ICancelBroadcast
{
    Task SendAsync(AttemptId attempt, CancellationToken cancellationToken);
}
