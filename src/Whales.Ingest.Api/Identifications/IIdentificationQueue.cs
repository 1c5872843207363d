using Whales.Ingest.Api.Storage;

namespace Whales.Ingest.Api.Identifications;

/// <summary>The way of an accepted photo to its model's queue.</summary>
public interface IIdentificationQueue
{
    /// <summary>Stores the row; it is durable, and the relay woken, when this returns.</summary>
    Task EnqueueAsync(IdentificationRow row, CancellationToken cancellationToken);

    /// <summary>Tells the relay that rows became queued again.</summary>
    void Wake();
}
