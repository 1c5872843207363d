using MassTransit;
using Whales.Contracts;
using Whales.Hosting.Messaging;
using Whales.Hosting.Resilience;
using Whales.Notifier.Intake;
using Whales.Notifier.Messages;

namespace Whales.Notifier.Failures;

/// <summary>
/// Hears what failed inside the system. A message is acknowledged once it is counted in the store; while that is away it waits. Faults of
/// this consumer itself go to its own dead-letter queue and are published to nobody.
/// </summary>
internal sealed partial class FailureConsumer(FailureIntake intake, Persistently persistently) : IConsumer<WhaleIdentificationFailed>, IConsumer<IdentificationDeadLettered>, IConsumer<ReceiveFault>
{
    public Task Consume(ConsumeContext<WhaleIdentificationFailed> context)
    {
        var failed = context.Message;
        return AcceptAsync(
            new FailureEvent(FailureType.IdentificationFailed, failed.Model, failed.Code, new FailureSample(failed.IdentificationId.ToString(), failed.Message, failed.Worker)), context);
    }

    public Task Consume(ConsumeContext<IdentificationDeadLettered> context)
    {
        var dead = context.Message;
        return AcceptAsync(new FailureEvent(FailureType.DeadLetter, dead.Model, dead.Reason, new FailureSample(dead.IdentificationId.ToString(), dead.Message)), context);
    }

    /// <summary>Nobody could read a message.</summary>
    public Task Consume(ConsumeContext<ReceiveFault> context)
    {
        var sample = Sample(context.Message.Exceptions, context.Message.FaultedMessageId?.ToString() ?? "", context.Message.Host);
        return AcceptAsync(new FailureEvent(FailureType.Undecodable, "", sample.Exception, sample.Sample), context);
    }

    private static (string Exception, FailureSample Sample) Sample(ExceptionInfo[]? exceptions, string id, HostInfo? host)
    {
        var first = exceptions is { Length: > 0 } ? exceptions[0] : null;
        return (ShortName(first?.ExceptionType ?? "unknown"), new FailureSample(id, first?.Message ?? "", host?.MachineName ?? ""));
    }

    // urn:message:Whales.Contracts:IdentifyWhale, System.InvalidOperationException
    private static string ShortName(string type) => type[(type.LastIndexOfAny(['.', ':', '+']) + 1)..];

    private Task AcceptAsync(FailureEvent failure, ConsumeContext context) =>
        persistently.RunAsync(async _ => await intake.AcceptAsync(failure), context.CancellationToken).AsTask();
}

internal sealed class FailureConsumerDefinition : ConsumerDefinition<FailureConsumer>
{
    public const string QueueName = "notifier-failures";

    // Enough that one commit serves many while the next ones arrive.
    private const int InFlight = 64;

    public FailureConsumerDefinition() => EndpointName = QueueName;

    protected override void ConfigureConsumer(
        IReceiveEndpointConfigurator endpointConfigurator, IConsumerConfigurator<FailureConsumer> consumerConfigurator, IRegistrationContext context)
    {
        endpointConfigurator.UseArguments(QueueShape.ForOutcomes());
        endpointConfigurator.UseDeadLetters();
        // Or each of our own faults would come back as an event.
        endpointConfigurator.PublishFaults = false;
        endpointConfigurator.PrefetchCount = InFlight;
        endpointConfigurator.ConcurrentMessageLimit = InFlight;
    }
}

/// <summary>
/// Hears, on a queue of this process's own, which models could not be loaded. Workers repeat it, so nothing need be kept while we are away.
/// </summary>
internal sealed class ModelFailureConsumer(FailureIntake intake, Persistently persistently) : IConsumer<ModelStateChanged>
{
    public Task Consume(ConsumeContext<ModelStateChanged> context)
    {
        var state = context.Message;
        return state.State switch
        {
            ModelState.Failed => persistently.RunAsync(
                async _ => await intake.AcceptAsync(new FailureEvent(FailureType.ModelLoadFailed, state.Model, "", new FailureSample("", state.Reason ?? "", state.Worker))),
                context.CancellationToken).AsTask(),
            ModelState.Ready => persistently.RunAsync(async _ => await intake.ModelReadyAsync(state.Model, state.Worker), context.CancellationToken).AsTask(),
            _ => Task.CompletedTask,
        };
    }
}

internal sealed class ModelFailureConsumerDefinition : ConsumerDefinition<ModelFailureConsumer>
{
    public ModelFailureConsumerDefinition() => Endpoint(endpoint =>
    {
        endpoint.Name = "notifier-models";
        endpoint.InstanceId = $"-{Guid.NewGuid():n}";
        endpoint.Temporary = true;
    });

    protected override void ConfigureConsumer(
        IReceiveEndpointConfigurator endpointConfigurator, IConsumerConfigurator<ModelFailureConsumer> consumerConfigurator, IRegistrationContext context) =>
        endpointConfigurator.PublishFaults = false;
}
