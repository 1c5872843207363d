using MassTransit;
using Microsoft.Extensions.Options;
using Whales.Contracts;
using Whales.Hosting.Messaging;
using Whales.Ingest.Api.Identifications;
using Whales.Ingest.Api.Storage;

namespace Whales.Ingest.Api.Outcomes;

/// <summary>Tells the workers over the bus; they may not hear it, and the row decides.</summary>
internal sealed partial class CancelBroadcast(IBus bus, IOptions<RabbitMqOptions> options, ILogger<CancelBroadcast> log) : ICancelBroadcast
{
    public async Task SendAsync(AttemptId attempt, CancellationToken cancellationToken)
    {
        try
        {
            await bus.Publish(new IdentificationCanceled { IdentificationId = attempt.Id, Attempt = attempt.Attempt }, cancellationToken)
                .WaitAsync(options.Value.SendTimeout, cancellationToken);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            NotTold(exception, attempt.Id);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The workers could not be told that {IdentificationId} was canceled.")]
    private partial void NotTold(Exception exception, Guid identificationId);
}
