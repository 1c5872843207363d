using MassTransit;
using Microsoft.Extensions.Options;
using Whales.Contracts;
using Whales.Hosting.Messaging;
using Whales.Hosting.Resilience;
using Whales.Worker.Telemetry;

namespace Whales.Worker.Identification;

/// <summary>
/// Takes photos from a model's queues. A message is acked after its outcome was confirmed. One that was delivered before may have ended its
/// worker: it is moved to the suspect queue, where photos run alone and their starts are counted.
/// </summary>
internal sealed partial class PhotoConsumer(
    Identifier identifier,
    AttemptTracker tracker,
    IBus bus,
    QueueAddresses addresses,
    DrainDeadline drain,
    Persistently persistently,
    WorkerMetrics metrics,
    IOptions<RabbitMqOptions> options,
    ILogger<PhotoConsumer> log)
{
    private const string DeliveryCount = "x-delivery-count";

    /// <summary>A message of the model's main queue.</summary>
    public async Task ConsumeAsync(ConsumeContext<IdentifyWhale> context)
    {
        if (!context.ReceiveContext.Redelivered)
        {
            await RunAsync(context);
        }
        else if (tracker.Find(context.Message) is { } firstDelivery)
        {
            await firstDelivery;
        }
        else
        {
            var suspects = await bus.GetSendEndpoint(addresses.Of(Names.SuspectQueue(context.Message.Model)));
            await persistently.RunAsync(
                async ct => await suspects.Send(context.Message, ct).WaitAsync(options.Value.SendTimeout, ct), context.CancellationToken);
            Suspected(context.Message.IdentificationId, context.Message.Model);
        }
    }

    /// <summary>A message of the suspect queue, alone. Only starts in that queue count.</summary>
    public async Task ConsumeSuspectAsync(ConsumeContext<IdentifyWhale> context)
    {
        var starts = context.ReceiveContext.TransportHeaders.Get<long>(DeliveryCount) ?? 0;
        if (starts < options.Value.SuspectStarts || tracker.Find(context.Message) is not null)
        {
            await RunAsync(context);
            return;
        }

        Poisonous(context.Message.IdentificationId, context.Message.Model, starts);
        await PublishAsync(
            identifier.Failure(
                context.Message,
                FailureCodes.PoisonousImage,
                $"The worker ended {starts} times while it had this photo alone; the photo was set aside."));
    }

    private Task RunAsync(ConsumeContext<IdentifyWhale> context) =>
        tracker.RunAsync(context.Message, async () =>
        {
            if (tracker.IsCanceled(context.Message))
                return;
            using var _ = metrics.PhotoStarted(context.Message.Model);
            var outcome = await identifier.IdentifyAsync(context.Message, drain.Token);
            if (outcome is not null)
                await PublishAsync(outcome);
        });

    // Until the broker takes it, and not bound to the delivery's own token, which a broken connection cancels: an answer that was paid
    // for is not thrown away because the broker restarts. The photo's second copy finds this one in the tracker.
    private ValueTask PublishAsync(object outcome) =>
        persistently.RunAsync(
            async ct => await bus.Publish(outcome, outcome.GetType(), ct).WaitAsync(options.Value.SendTimeout, ct), drain.Token);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Photo {IdentificationId} for {Model} was delivered before and has no outcome: it will run alone.")]
    private partial void Suspected(Guid identificationId, string model);

    [LoggerMessage(Level = LogLevel.Error, Message = "Photo {IdentificationId} for {Model} ended its worker {Starts} times while it ran alone: set aside.")]
    private partial void Poisonous(Guid identificationId, string model, long starts);
}
