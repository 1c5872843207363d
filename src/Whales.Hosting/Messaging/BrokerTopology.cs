using MassTransit;
using Microsoft.Extensions.Options;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;
using Whales.Contracts;
using Whales.Hosting.Resilience;

namespace Whales.Hosting.Messaging;

/// <summary>
/// Declares the queues of the models and of the outcomes, so that a photo can wait before any worker exists and an outcome before any
/// API does. Every declaration is repeatable. With an in-memory bus there is nothing to declare.
/// </summary>
public sealed class BrokerTopology(IOptions<RabbitMqOptions> options, IBus bus)
{
    /// <exception cref="RabbitMQ.Client.Exceptions.BrokerUnreachableException">The broker cannot be reached.</exception>
    /// <exception cref="PermanentFaultException">A queue exists with other arguments.</exception>
    public async Task DeclareAsync(IEnumerable<string> models, CancellationToken cancellationToken)
    {
        if (options.Value.Uri is null)
            return;
        await using var connection = await ConnectAsync(cancellationToken);
        await using var channel = await connection.CreateChannelAsync(cancellationToken: cancellationToken);

        await DeclareQueueAsync(channel, Names.OutcomesQueue, QueueShape.ForOutcomes(), cancellationToken);
        foreach (var outcome in new[] { EntityName<WhaleIdentified>(), EntityName<WhaleIdentificationFailed>() })
        {
            await channel.ExchangeDeclareAsync(outcome, ExchangeType.Fanout, durable: true, cancellationToken: cancellationToken);
            await channel.ExchangeBindAsync(Names.OutcomesQueue, outcome, "", cancellationToken: cancellationToken);
        }

        foreach (var model in models)
        {
            var arguments = QueueShape.ForModel(model, options.Value);
            await DeclareQueueAsync(channel, Names.DeadLetterQueue(model), arguments, cancellationToken);
            await DeclareQueueAsync(channel, Names.SuspectQueue(model), arguments, cancellationToken);
            await DeclareQueueAsync(channel, Names.BulkQueue(model), arguments, cancellationToken);
            await DeclareQueueAsync(channel, Names.Queue(model), arguments, cancellationToken);
        }
    }

    /// <summary>Messages ready in the queue of this lane and among the model's suspects, and consumers of both; null with an in-memory bus.</summary>
    public async Task<(uint Messages, uint Consumers)?> InspectAsync(string model, Lane lane, CancellationToken cancellationToken)
    {
        if (options.Value.Uri is null)
            return null;
        await using var connection = await ConnectAsync(cancellationToken);
        await using var channel = await connection.CreateChannelAsync(cancellationToken: cancellationToken);
        var main = await channel.QueueDeclarePassiveAsync(Names.Queue(model, lane), cancellationToken);
        var suspect = await channel.QueueDeclarePassiveAsync(Names.SuspectQueue(model), cancellationToken);
        return (main.MessageCount + suspect.MessageCount, main.ConsumerCount + suspect.ConsumerCount);
    }

    private Task<IConnection> ConnectAsync(CancellationToken cancellationToken) =>
        new ConnectionFactory { Uri = options.Value.Uri!, ClientProvidedName = "topology", RequestedConnectionTimeout = options.Value.SendTimeout }
            .CreateConnectionAsync(cancellationToken);

    private string EntityName<T>() where T : class => bus.Topology.Message<T>().EntityName;

    // A fanout exchange of the queue's own name before each queue, as MassTransit lays them out.
    private static async Task DeclareQueueAsync(IChannel channel, string name, IDictionary<string, object?> arguments, CancellationToken cancellationToken)
    {
        await channel.ExchangeDeclareAsync(name, ExchangeType.Fanout, durable: true, cancellationToken: cancellationToken);
        try
        {
            await channel.QueueDeclareAsync(name, durable: true, exclusive: false, autoDelete: false, arguments, cancellationToken: cancellationToken);
        }
        catch (OperationInterruptedException exception) when (exception.ShutdownReason?.ReplyCode == Constants.PreconditionFailed)
        {
            throw new PermanentFaultException(
                $"Queue {name} exists with other arguments (RabbitMq:DeliveryLimit is one of them): {exception.ShutdownReason.ReplyText} Let it run empty, delete it, and start again.",
                exception);
        }

        await channel.QueueBindAsync(name, name, "", cancellationToken: cancellationToken);
    }
}
