using MassTransit;
using Whales.Contracts;
using Whales.Hosting.Messaging;
using Whales.Hosting.Tracing;
using Whales.Ingest.Api.Storage;

namespace Whales.Ingest.Api.Catalogue;

/// <summary>Takes what workers made of catalogue photos. A message is acked once it is durable.</summary>
internal sealed class EmbeddingConsumer(EmbeddingProjection projection, TimeProvider clock) : IConsumer<PhotoEmbedded>, IConsumer<PhotoEmbeddingFailed>
{
    public async Task Consume(ConsumeContext<PhotoEmbedded> context)
    {
        using var span = MessageTrace.Continue("result", context);
        await projection.ApplyAsync(
            new EmbeddingResult
            {
                PhotoId = context.Message.PhotoId,
                Model = context.Message.Model,
                ModelVersion = context.Message.ModelVersion,
                Embedding = context.Message.Embedding,
                At = clock.GetUtcNow(),
            },
            context.CancellationToken);
    }

    public async Task Consume(ConsumeContext<PhotoEmbeddingFailed> context)
    {
        using var span = MessageTrace.Continue("result", context);
        await projection.ApplyAsync(
            new EmbeddingResult
            {
                PhotoId = context.Message.PhotoId,
                Model = context.Message.Model,
                Attempt = context.Message.Attempt,
                ErrorCode = context.Message.Code,
                ErrorMessage = context.Message.Message,
                At = clock.GetUtcNow(),
            },
            context.CancellationToken);
    }
}

internal sealed class EmbeddingConsumerDefinition : ConsumerDefinition<EmbeddingConsumer>
{
    private const int InFlight = 64;

    public EmbeddingConsumerDefinition() => EndpointName = Names.EmbeddingsQueue;

    protected override void ConfigureConsumer(
        IReceiveEndpointConfigurator endpointConfigurator, IConsumerConfigurator<EmbeddingConsumer> consumerConfigurator, IRegistrationContext context)
    {
        endpointConfigurator.UseArguments(QueueShape.ForOutcomes());
        endpointConfigurator.UseDeadLetters();
        endpointConfigurator.PrefetchCount = InFlight;
        endpointConfigurator.ConcurrentMessageLimit = InFlight;
    }
}

/// <summary>Brings catalogue photos that broker or worker gave up on into view: they failed, and sending the photo again tries once more.</summary>
internal sealed class EmbeddingDeadLetterConsumer(EmbeddingProjection projection, TimeProvider clock) : IConsumer<EmbedPhoto>
{
    public Task Consume(ConsumeContext<EmbedPhoto> context)
    {
        var brokerReason = context.ReceiveContext.TransportHeaders.Get<string>("x-first-death-reason");
        return projection.ApplyAsync(
            new EmbeddingResult
            {
                PhotoId = context.Message.PhotoId,
                Model = context.Message.Model,
                Attempt = context.Message.Attempt,
                ErrorCode = brokerReason is null ? FailureCodes.InternalError : FailureCodes.PoisonousImage,
                ErrorMessage = brokerReason is null
                    ? context.ReceiveContext.TransportHeaders.Get<string>(MessageHeaders.FaultMessage) ?? "A worker could not handle the message."
                    : $"The broker gave the photo up after too many deliveries ({brokerReason}).",
                At = clock.GetUtcNow(),
            },
            context.CancellationToken);
    }
}
