namespace Whales.Testing;

/// <summary>A virtual host that belongs to one test; deleted with all its queues when it is disposed.</summary>
public sealed class RabbitMqVirtualHost : IAsyncDisposable
{
    private readonly RabbitMqManagement _management;

    internal RabbitMqVirtualHost(string name, Uri uri, RabbitMqManagement management)
    {
        Name = name;
        Uri = uri;
        _management = management;
    }

    public string Name { get; }

    /// <summary>amqp address with user, password and this virtual host.</summary>
    public Uri Uri { get; }

    public Task<IReadOnlyList<RabbitMqQueue>> QueuesAsync() => _management.QueuesAsync(Name);

    /// <inheritdoc cref="RabbitMqManagement.QueueAsync"/>
    public Task<RabbitMqQueue?> QueueAsync(string queue) => _management.QueueAsync(Name, queue);

    public Task DeleteQueueAsync(string queue) => _management.DeleteQueueAsync(Name, queue);

    /// <inheritdoc cref="RabbitMqManagement.DeclareClassicQueueAsync"/>
    public Task DeclareClassicQueueAsync(string queue) => _management.DeclareClassicQueueAsync(Name, queue);

    /// <inheritdoc cref="RabbitMqManagement.PurgeQueueAsync"/>
    public Task PurgeQueueAsync(string queue) => _management.PurgeQueueAsync(Name, queue);

    /// <inheritdoc cref="RabbitMqManagement.CloseConnectionsAsync"/>
    public Task<int> CloseConnectionsAsync() => _management.CloseConnectionsAsync(Name);

    public async ValueTask DisposeAsync()
    {
        try
        {
            await _management.DeleteVirtualHostAsync(Name);
        }
        catch (Exception failure) when (failure is HttpRequestException or ObjectDisposedException or TaskCanceledException)
        {
            // A private server may be down or gone by now, and its virtual hosts with it.
        }
    }
}
