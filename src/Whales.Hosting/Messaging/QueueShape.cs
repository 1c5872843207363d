using MassTransit;
using Whales.Contracts;

namespace Whales.Hosting.Messaging;

/// <summary>
/// The arguments of our queues, in one place, because everybody who declares a queue (API, worker, MassTransit's fault transport) must
/// give the same ones. All are stated, so that RabbitMQ 3.10 and 4.x behave alike.
/// </summary>
public static class QueueShape
{
    /// <summary>Deliveries that an outcome may see; it has no dead-letter queue, because it must never be given up.</summary>
    private const int OutcomeDeliveryLimit = 1_000_000;

    /// <summary>Arguments of a model's queues: photos of both lanes, suspects and dead letters have the same.</summary>
    public static Dictionary<string, object?> ForModel(string model, RabbitMqOptions options) => new()
    {
        ["x-queue-type"] = "quorum",
        ["x-delivery-limit"] = options.DeliveryLimit,
        ["x-dead-letter-exchange"] = Names.DeadLetterQueue(model),
        // A dead letter is confirmed by its queue before it leaves this one; RabbitMQ asks for reject-publish with it.
        ["x-dead-letter-strategy"] = "at-least-once",
        ["x-overflow"] = "reject-publish",
    };

    public static Dictionary<string, object?> ForOutcomes() => new()
    {
        ["x-queue-type"] = "quorum",
        ["x-delivery-limit"] = OutcomeDeliveryLimit,
    };

    /// <summary>Gives a receive endpoint these arguments; an in-memory endpoint has none.</summary>
    public static void UseArguments(this IReceiveEndpointConfigurator endpoint, IReadOnlyDictionary<string, object?> arguments)
    {
        if (endpoint is not IRabbitMqReceiveEndpointConfigurator rabbit)
            return;
        foreach (var (key, value) in arguments)
            rabbit.SetQueueArgument(key, value);
    }
}
