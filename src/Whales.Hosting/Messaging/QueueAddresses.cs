using MassTransit;

namespace Whales.Hosting.Messaging;

/// <summary>Addresses for sends.</summary>
public sealed class QueueAddresses(bool inMemory)
{
    public bool InMemory => inMemory;

    /// <summary>
    /// On RabbitMQ the exchange before the queue: MassTransit redeclares the queue behind a <c>queue:</c> address without its arguments.
    /// In memory the queue itself; see <see cref="ConnectedQueues"/>.
    /// </summary>
    public Uri Of(string queue) => new($"{(inMemory ? "queue" : "exchange")}:{queue}");
}

/// <summary>Names of the queues for what a consumer could not take.</summary>
internal sealed class DeadLetterNames : IErrorQueueNameFormatter, IDeadLetterQueueNameFormatter
{
    public static readonly DeadLetterNames Instance = new();

    public string FormatErrorQueueName(string queueName) => Format(queueName);

    public string FormatDeadLetterQueueName(string queueName) => Format(queueName);

    private static string Format(string queueName)
    {
        const string Dead = ".dead";
        if (queueName.EndsWith(Dead, StringComparison.Ordinal))
            return queueName + ".undecodable";
        foreach (var side in (ReadOnlySpan<string>)[".suspect", ".bulk"])
        {
            if (queueName.EndsWith(side, StringComparison.Ordinal))
                return queueName[..^side.Length] + Dead;
        }

        return queueName + Dead;
    }
}
