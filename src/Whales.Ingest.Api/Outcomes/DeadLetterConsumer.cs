using MassTransit;
using Whales.Contracts;
using Whales.Ingest.Api.Storage;
using Whales.Ingest.Api.Telemetry;

namespace Whales.Ingest.Api.Outcomes;

/// <summary>
/// Brings what the broker or a worker gave up on into view: the row becomes failed, and can be retried like any other. Which queue a photo
/// died in needs no second list of failures.
/// </summary>
internal sealed partial class DeadLetterConsumer(OutcomeProjection projection, ApiMetrics metrics, TimeProvider clock, ILogger<DeadLetterConsumer> log) : IConsumer<IdentifyWhale>
{
    public async Task Consume(ConsumeContext<IdentifyWhale> context)
    {
        var command = context.Message;
        // RabbitMQ writes x-first-death-*; a consumer's fault carries the exception's message.
        var brokerReason = context.ReceiveContext.TransportHeaders.Get<string>("x-first-death-reason");
        var error = brokerReason is not null
            ? new IdentificationError
            {
                Code = FailureCodes.PoisonousImage,
                Message = $"The broker gave the photo up after too many deliveries ({brokerReason}).",
            }
            : new IdentificationError
            {
                Code = FailureCodes.InternalError,
                Message = context.ReceiveContext.TransportHeaders.Get<string>(MessageHeaders.FaultMessage)
                    ?? "A worker could not handle the message.",
            };
        metrics.DeadLettered(command.Model, byBroker: brokerReason is not null);
        DeadLetter(command.IdentificationId, command.Model, error.Message);
        await projection.ApplyAsync(
            new Completion
            {
                Attempt = new AttemptId(command.IdentificationId, command.Attempt),
                Status = IdentificationStatus.Failed,
                CompletedAt = clock.GetUtcNow(),
                Error = error,
            },
            command.Model,
            context.CancellationToken);
        // For whoever tells people: the row is the truth, this the news.
        await context.Publish(
            new IdentificationDeadLettered
            {
                IdentificationId = command.IdentificationId,
                Attempt = command.Attempt,
                Model = command.Model,
                Reason = brokerReason ?? "fault",
                Message = error.Message,
                OccurredAt = clock.GetUtcNow(),
            },
            context.CancellationToken);
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Dead letter {IdentificationId} for {Model}: {Reason}")]
    private partial void DeadLetter(Guid identificationId, string model, string reason);
}
