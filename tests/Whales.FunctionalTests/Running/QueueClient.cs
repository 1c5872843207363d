using System.Collections.Concurrent;
using System.Text.Json;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;
using Whales.Contracts;
using Whales.Testing;

namespace Whales.FunctionalTests.Running;

/// <summary>Puts messages straight into a queue, and takes them out, past every host of ours.</summary>
public sealed class QueueClient : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly IConnection _connection;
    private readonly IChannel _channel;
    private readonly ConcurrentDictionary<string, bool> _seen = new();

    private QueueClient(IConnection connection, IChannel channel) => (_connection, _channel) = (connection, channel);

    /// <param name="broker">amqp address with a virtual host.</param>
    /// <param name="recovers">False: once its connection is broken it stays so.</param>
    public static async Task<QueueClient> ConnectAsync(Uri broker, bool recovers = true)
    {
        var connection = await new ConnectionFactory { Uri = broker, AutomaticRecoveryEnabled = recovers }.CreateConnectionAsync();
        return new QueueClient(connection, await connection.CreateChannelAsync(new CreateChannelOptions(true, true)));
    }

    /// <summary>Returns once the queue has the message.</summary>
    public async ValueTask SendAsync(string queue, ReadOnlyMemory<byte> body, BasicProperties? properties = null)
    {
        await OnceThereAsync(queue);
        await Eventually.UntilAsync(async () => await IsTakenAsync(queue, body, properties), Patience, $"{queue} takes a message");
    }

    // A quorum queue refuses messages until it has elected its leader.
    private async Task<bool> IsTakenAsync(string queue, ReadOnlyMemory<byte> body, BasicProperties? properties)
    {
        try
        {
            await _channel.BasicPublishAsync("", queue, mandatory: true, properties ?? new BasicProperties { Persistent = true }, body);
            return true;
        }
        catch (PublishException)
        {
            return false;
        }
    }

    /// <summary>The command as the API's relay wraps it.</summary>
    public ValueTask SendAsync(string queue, IdentifyWhale command) => SendAsync(
        queue,
        JsonSerializer.SerializeToUtf8Bytes(
            new { messageId = Guid.NewGuid(), messageType = new[] { "urn:message:Whales.Contracts:IdentifyWhale" }, message = command },
            JsonSerializerOptions.Web),
        new BasicProperties { Persistent = true, ContentType = "application/vnd.masstransit+json" });

    /// <summary>Makes a queue that gets everything that passes the exchange from now on.</summary>
    public async Task<string> ListenAsync(string exchange)
    {
        var queue = await _channel.QueueDeclareAsync();
        await _channel.ExchangeDeclareAsync(exchange, ExchangeType.Fanout, durable: true);
        await _channel.QueueBindAsync(queue.QueueName, exchange, "");
        return queue.QueueName;
    }

    /// <summary>Waits until so many messages lie ready in the queue. The management page learns of them seconds later.</summary>
    public async Task WaitForAsync(string queue, uint ready)
    {
        await OnceThereAsync(queue);
        await Eventually.GetAsync(() => _channel.MessageCountAsync(queue), count => count == ready, Patience, $"{ready} messages wait in {queue}");
    }

    public bool IsOpen => _connection.IsOpen;

    /// <summary>Takes the next message and keeps it unacknowledged, as a worker does that is at work on it; null while there is none.</summary>
    public async Task<BasicGetResult?> HoldAsync(string queue)
    {
        await OnceThereAsync(queue);
        return await _channel.BasicGetAsync(queue, autoAck: false);
    }

    /// <summary>Takes the next message out of the queue; null while there is none.</summary>
    public async Task<BasicGetResult?> TakeAsync(string queue)
    {
        await OnceThereAsync(queue);
        return await _channel.BasicGetAsync(queue, autoAck: true);
    }

    public async ValueTask DisposeAsync()
    {
        await _channel.DisposeAsync();
        await _connection.DisposeAsync();
    }

    // An API is ready when it can accept photos, which may be a moment before its queues are declared.
    private async Task OnceThereAsync(string queue)
    {
        if (_seen.ContainsKey(queue))
            return;
        await Eventually.UntilAsync(async () => await IsThereAsync(queue), Patience, $"the queue {queue} is declared");
        _seen[queue] = true;
    }

    // On a channel of its own, since the answer no closes it.
    private async Task<bool> IsThereAsync(string queue)
    {
        await using var channel = await _connection.CreateChannelAsync();
        try
        {
            await channel.QueueDeclarePassiveAsync(queue);
            return true;
        }
        catch (OperationInterruptedException)
        {
            return false;
        }
    }
}
