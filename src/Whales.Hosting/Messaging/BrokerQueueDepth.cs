using Microsoft.Extensions.Options;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;
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
            foreach (var model in models)
            {
                foreach (var lane in Enum.GetValues<Lane>())
                {
                    if (await AskAsync(_connection, Names.Queue(model, lane), cancellationToken) is { } queue)
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

    private async Task<QueueDeclareOk?> AskAsync(IConnection connection, string queue, CancellationToken cancellationToken)
    {
        _channel ??= await connection.CreateChannelAsync(cancellationToken: cancellationToken);
        try
        {
            return await _channel.QueueDeclarePassiveAsync(queue, cancellationToken);
        }
        catch (OperationInterruptedException exception) when (exception.ShutdownReason is { ReplyCode: Constants.NotFound })
        {
            // Nobody has declared it yet. The broker has closed the channel for the question.
            await _channel.DisposeAsync();
            _channel = null;
            return null;
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
