using System.Collections.Concurrent;
using System.Text.Json;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace Whales.FunctionalTests.Running;

/// <summary>
/// Hears, on a queue of its own, every message that passes an exchange: what the workers published, and what became a suspect. Or takes from a
/// queue all that comes into it.
/// </summary>
public sealed class OutcomeTap : IAsyncDisposable
{
    private readonly IConnection _connection;

    private OutcomeTap(IConnection connection) => _connection = connection;

    /// <summary>The identification ids of the messages, in the order they passed.</summary>
    public ConcurrentQueue<Guid> Ids { get; } = new();

    public static async Task<OutcomeTap> OnAsync(Uri broker, params string[] exchanges)
    {
        var tap = new OutcomeTap(await new ConnectionFactory { Uri = broker }.CreateConnectionAsync());
        var channel = await tap._connection.CreateChannelAsync();
        var queue = await channel.QueueDeclareAsync();
        foreach (var exchange in exchanges)
        {
            await channel.ExchangeDeclareAsync(exchange, ExchangeType.Fanout, durable: true);
            await channel.QueueBindAsync(queue.QueueName, exchange, "");
        }

        await tap.TakeAsync(channel, queue.QueueName);
        return tap;
    }

    /// <summary>Takes messages away from those for whom they were meant.</summary>
    public static async Task<OutcomeTap> OnQueueAsync(Uri broker, string queue)
    {
        var tap = new OutcomeTap(await new ConnectionFactory { Uri = broker }.CreateConnectionAsync());
        await tap.TakeAsync(await tap._connection.CreateChannelAsync(), queue);
        return tap;
    }

    public ValueTask DisposeAsync() => _connection.DisposeAsync();

    private async Task TakeAsync(IChannel channel, string queue)
    {
        var consumer = new AsyncEventingBasicConsumer(channel);
        consumer.ReceivedAsync += (_, delivery) =>
        {
            using var envelope = JsonDocument.Parse(delivery.Body);
            Ids.Enqueue(envelope.RootElement.GetProperty("message").GetProperty("identificationId").GetGuid());
            return Task.CompletedTask;
        };
        await channel.BasicConsumeAsync(queue, autoAck: true, consumer);
    }
}
