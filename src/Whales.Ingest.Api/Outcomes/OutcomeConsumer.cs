using MassTransit;
using Whales.Contracts;
using Whales.Hosting.Messaging;
using Whales.Hosting.Resilience;
using Whales.Hosting.Tracing;
using Whales.Ingest.Api.Operations;
using Whales.Ingest.Api.Storage;

namespace Whales.Ingest.Api.Outcomes;

/// <summary>Projects what workers found into the job table. A message is acked once its row is durable.</summary>
internal sealed class OutcomeConsumer(OutcomeProjection projection, FaultStore faults, Persistently persistently, TimeProvider clock) :
    IConsumer<WhaleIdentified>, IConsumer<WhaleIdentificationFailed>, IConsumer<PhotoEndedWorker>
{
    public async Task Consume(ConsumeContext<WhaleIdentified> context)
    {
        var outcome = context.Message;
        using var span = MessageTrace.Continue("result", context);
        await projection.ApplyAsync(
            new Completion
            {
                Attempt = new AttemptId(outcome.IdentificationId, outcome.Attempt),
                Status = IdentificationStatus.Succeeded,
                CompletedAt = clock.GetUtcNow(),
                ModelVersion = outcome.ModelVersion,
                CatalogueVersion = outcome.CatalogueVersion,
                Result = new IdentificationResult
                {
                    Decision = outcome.Decision,
                    Candidates = outcome.Candidates,
                    CetaceanScore = outcome.CetaceanScore,
                },
                Timings = outcome.Timings,
                Worker = outcome.Worker,
            },
            outcome.Model,
            context.CancellationToken);
    }

    public async Task Consume(ConsumeContext<WhaleIdentificationFailed> context)
    {
        var outcome = context.Message;
        using var span = MessageTrace.Continue("result", context);
        await projection.ApplyAsync(
            new Completion
            {
                Attempt = new AttemptId(outcome.IdentificationId, outcome.Attempt),
                Status = IdentificationStatus.Failed,
                CompletedAt = clock.GetUtcNow(),
                Error = new IdentificationError { Code = outcome.Code, Message = outcome.Message },
                Worker = outcome.Worker,
            },
            outcome.Model,
            context.CancellationToken);
    }

    public async Task Consume(ConsumeContext<PhotoEndedWorker> context) =>
        await persistently.RunAsync(async ct => await faults.AddAsync(context.Message, ct), context.CancellationToken);
}

internal sealed class OutcomeConsumerDefinition : ConsumerDefinition<OutcomeConsumer>
{
    private readonly DeadLetterShelf _shelf;

    // Enough that one commit serves many outcomes while the next ones arrive. As many tasks wait for a message, and RabbitMQ's client wakes all of
    // them for each (docs/decisions/0005-compute-threads.md).
    private const int InFlight = 32;

    public OutcomeConsumerDefinition(DeadLetterShelf shelf)
    {
        _shelf = shelf;
        EndpointName = Names.OutcomesQueue;
    }

    protected override void ConfigureConsumer(
        IReceiveEndpointConfigurator endpointConfigurator, IConsumerConfigurator<OutcomeConsumer> consumerConfigurator, IRegistrationContext context)
    {
        endpointConfigurator.UseArguments(QueueShape.ForOutcomes());
        endpointConfigurator.UseShelf(_shelf, Names.OutcomesQueue, model: null);
        endpointConfigurator.PrefetchCount = InFlight;
        endpointConfigurator.ConcurrentMessageLimit = InFlight;
    }
}
