using System.Text.Json;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;
using RabbitMQ.Client.Exceptions;

namespace Whales.FaultSuite.Running;

/// <summary>Hears every outcome that the workers publish, on a queue of its own, for as long as the broker is there.</summary>
internal sealed class OutcomeCount : IAsyncDisposable
{
    private static readonly string[] Exchanges = ["Whales.Contracts:WhaleIdentified", "Whales.Contracts:WhaleIdentificationFailed"];

    private readonly IConnection _connection;

    private OutcomeCount(IConnection connection) => _connection = connection;

    public static async Task<OutcomeCount> StartAsync(Uri broker, Journal journal)
    {
        var factory = new ConnectionFactory { Uri = broker, NetworkRecoveryInterval = TimeSpan.FromSeconds(1) };
        var count = new OutcomeCount(await factory.CreateConnectionAsync());
        var channel = await count._connection.CreateChannelAsync();
        var queue = await channel.QueueDeclareAsync();
        foreach (var exchange in Exchanges)
        {
            await channel.ExchangeDeclareAsync(exchange, ExchangeType.Fanout, durable: true);
            await channel.QueueBindAsync(queue.QueueName, exchange, "");
        }

        var consumer = new AsyncEventingBasicConsumer(channel);
        consumer.ReceivedAsync += (_, delivery) =>
        {
            using var envelope = JsonDocument.Parse(delivery.Body);
            journal.Published(envelope.RootElement.GetProperty("message").GetProperty("identificationId").GetGuid());
            return Task.CompletedTask;
        };
        await channel.BasicConsumeAsync(queue.QueueName, autoAck: true, consumer);
        return count;
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            await _connection.DisposeAsync();
        }
        catch (Exception exception) when (exception is AlreadyClosedException or IOException)
        {
            // The broker went first.
        }
    }
}
