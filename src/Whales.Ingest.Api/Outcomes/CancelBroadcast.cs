using MassTransit;
using Whales.Contracts;
using Whales.Ingest.Api.Identifications;
using Whales.Ingest.Api.Storage;

namespace Whales.Ingest.Api.Outcomes;

/// <summary>Tells the workers over the bus.</summary>
internal sealed class CancelBroadcast(IBus bus) : ICancelBroadcast
{
    public Task SendAsync(AttemptId attempt, CancellationToken cancellationToken) =>
        bus.Publish(new IdentificationCanceled { IdentificationId = attempt.Id, Attempt = attempt.Attempt }, cancellationToken);
}
