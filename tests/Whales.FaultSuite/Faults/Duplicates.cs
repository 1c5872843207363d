using RabbitMQ.Client;
using RabbitMQ.Client.Events;
using Whales.Contracts;
using Whales.FaultSuite.Running;

namespace Whales.FaultSuite.Faults;

/// <summary>Copies each message that is sent to the model's queue into that queue once more.</summary>
internal static class Duplicates
{
    private static IConnection? _connection;

    public static async Task StartAsync(Plant plant)
    {
        _connection = await new ConnectionFactory { Uri = plant.Broker.Uri }.CreateConnectionAsync();
        var channel = await _connection.CreateChannelAsync();
        var copies = await channel.QueueDeclareAsync();
        await channel.QueueBindAsync(copies.QueueName, Names.Queue(Plant.Model), "");
        var consumer = new AsyncEventingBasicConsumer(channel);
        consumer.ReceivedAsync += async (_, delivery) =>
            // By the default exchange, straight into the queue: the fanout would make copies of copies.
            await channel.BasicPublishAsync("", Names.Queue(Plant.Model), mandatory: false, new BasicProperties(delivery.BasicProperties), delivery.Body);
        await channel.BasicConsumeAsync(copies.QueueName, autoAck: true, consumer);
    }

    public static async Task StopAsync(Plant plant)
    {
        if (_connection is not null)
            await _connection.DisposeAsync();
        _connection = null;
    }
}
