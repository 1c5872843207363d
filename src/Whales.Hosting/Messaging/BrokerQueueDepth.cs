using Microsoft.Extensions.Options;
using RabbitMQ.Client;
using Whales.Contracts;

namespace Whales.Hosting.Messaging;

/// <summary>What RabbitMQ says of its queues, over a connection that is kept.</summary>
public sealed class BrokerQueueDepth(IOptions<RabbitMqOptions> options) : IQueueDepth, IAsyncDisposable
{
    private IConnection? _connection;
    private IChannel? _channel;

    public async Task<IReadOnlyList<QueueDepth>> ReadAsync(IReadOnlyList<string> models, CancellationToken cancellationToken)
    {
        var depths = new List<QueueDepth>();
        if (options.Value.Uri is not { } uri)
            return depths;
        try
        {
            _connection ??= await new ConnectionFactory { Uri = uri, ClientProvidedName = "queue-depth", AutomaticRecoveryEnabled = false }
                .CreateConnectionAsync(cancellationToken);
            _channel ??= await _connection.CreateChannelAsync(cancellationToken: cancellationToken);
            foreach (var model in models)
            {
                foreach (var lane in Enum.GetValues<Lane>())
                {
                    var queue = await _channel.QueueDeclarePassiveAsync(Names.Queue(model, lane), cancellationToken);
                    depths.Add(new QueueDepth(model, lane, queue.MessageCount, (int)queue.ConsumerCount, HeldIncluded: false));
                }
            }

            return depths;
        }
        catch
        {
            // Whatever broke, the next question gets a new connection.
            await DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        var (channel, connection) = (_channel, _connection);
        (_channel, _connection) = (null, null);
        if (channel is not null)
            await channel.DisposeAsync();
        if (connection is not null)
            await connection.DisposeAsync();
    }
}
