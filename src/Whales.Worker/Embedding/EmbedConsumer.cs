using MassTransit;
using Microsoft.Extensions.Options;
using Whales.Contracts;
using Whales.Hosting.Messaging;
using Whales.Hosting.Resilience;
using Whales.Worker.Identification;

namespace Whales.Worker.Embedding;

/// <summary>
/// Takes catalogue photos from a model's bulk queue, by the rules of <see cref="PhotoConsumer"/>: acked after the answer was confirmed, moved to
/// the suspect queue when delivered a second time. A copy that runs twice does no harm: the API takes the first answer.
/// </summary>
internal sealed partial class EmbedConsumer(
    PhotoEmbedder embedder,
    IBus bus,
    QueueAddresses addresses,
    DrainDeadline drain,
    Persistently persistently,
    IOptions<RabbitMqOptions> options,
    ILogger<EmbedConsumer> log)
{
    private const string DeliveryCount = "x-delivery-count";

    /// <summary>A message of the model's bulk queue.</summary>
    public async Task ConsumeAsync(ConsumeContext<EmbedPhoto> context)
    {
        if (!context.ReceiveContext.Redelivered)
        {
            await RunAsync(context.Message);
            return;
        }

        var suspects = await bus.GetSendEndpoint(addresses.Of(Names.SuspectQueue(context.Message.Model)));
        await persistently.RunAsync(
            ct => Bounded.RunAsync(sending => suspects.Send(context.Message, sending), options.Value.SendTimeout, ct), context.CancellationToken);
    }

    /// <summary>A message of the suspect queue, alone.</summary>
    public async Task ConsumeSuspectAsync(ConsumeContext<EmbedPhoto> context)
    {
        var starts = context.ReceiveContext.TransportHeaders.Get<long>(DeliveryCount) ?? 0;
        if (starts < options.Value.SuspectStarts)
        {
            await RunAsync(context.Message);
            return;
        }

        LogPoisonous(context.Message.PhotoId, context.Message.Model, starts);
        await PublishAsync(embedder.Failure(
            context.Message, FailureCodes.PoisonousImage, $"The worker ended {starts} times while it had this photo alone; the photo was set aside."));
    }

    private async Task RunAsync(EmbedPhoto command) => await PublishAsync(await embedder.EmbedAsync(command, drain.Token));

    private ValueTask PublishAsync(object answer) =>
        persistently.RunAsync(
            ct => Bounded.RunAsync(sending => bus.Publish(answer, answer.GetType(), sending), options.Value.SendTimeout, ct), drain.Token);

    [LoggerMessage(LogLevel.Error, "Catalogue photo {PhotoId} for {Model} ended its worker {Starts} times while it ran alone: set aside.")]
    private partial void LogPoisonous(Guid photoId, string model, long starts);
}
