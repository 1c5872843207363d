using System.Text;
using RabbitMQ.Client;
using Whales.Testing;

namespace Whales.FunctionalTests.Fixtures;

public sealed class RabbitMqServerTests
{
    private static readonly Dictionary<string, object?> Quorum = new() { ["x-queue-type"] = "quorum", ["x-delivery-limit"] = 7 };

    [Fact]
    public async Task SharedAsync_TwoVirtualHosts_KeepQueuesOfOneNameApart()
    {
        var server = await RabbitMqServer.SharedAsync();
        await using var first = await server.CreateVirtualHostAsync();
        await using var second = await server.CreateVirtualHostAsync();

        await PublishAsync(first.Uri, "photos", "one");

        var queue = await Eventually.GetAsync(
            () => first.QueueAsync("photos"), q => q is { Ready: 1 }, TimeSpan.FromSeconds(15), "one message is counted");
        Assert.Equal("quorum", queue!.Type);
        Assert.Equal(7, queue.Arguments["x-delivery-limit"].GetInt32());
        Assert.Empty(await second.QueuesAsync());
        Assert.Same(server, await RabbitMqServer.SharedAsync());
    }

    [Fact]
    public async Task PurgeQueueAsync_AndDeleteQueueAsync_EmptyAndRemoveTheQueue()
    {
        await using var host = await (await RabbitMqServer.SharedAsync()).CreateVirtualHostAsync();
        await PublishAsync(host.Uri, "photos", "one");

        await host.PurgeQueueAsync("photos");
        Assert.Null(await ReadAsync(host.Uri, "photos"));

        await host.DeleteQueueAsync("photos");
        Assert.Null(await host.QueueAsync("photos"));
    }

    [Fact]
    public async Task KillAndRestart_ConfirmedMessage_IsStillThereOnTheSamePorts()
    {
        await using var server = await RabbitMqServer.StartPrivateAsync();
        await using var host = await server.CreateVirtualHostAsync();
        await PublishAsync(host.Uri, "photos", "one");

        await server.KillAsync();
        await Assert.ThrowsAnyAsync<Exception>(() => PublishAsync(host.Uri, "photos", "never"));
        await server.StartAsync();
        await server.RestartAsync();

        Assert.Equal("one", await ReadAsync(host.Uri, "photos"));
        Assert.Null(await ReadAsync(host.Uri, "photos"));
        using var http = new HttpClient();
        Assert.Contains("rabbitmq_", await http.GetStringAsync(server.MetricsUri), StringComparison.Ordinal);
    }

    private static async Task PublishAsync(Uri uri, string queue, string text)
    {
        await using var connection = await new ConnectionFactory { Uri = uri }.CreateConnectionAsync();
        await using var channel = await connection.CreateChannelAsync(new CreateChannelOptions(true, true));
        await channel.QueueDeclareAsync(queue, durable: true, exclusive: false, autoDelete: false, Quorum);
        await channel.BasicPublishAsync("", queue, mandatory: true, Encoding.UTF8.GetBytes(text));
    }

    private static async Task<string?> ReadAsync(Uri uri, string queue)
    {
        await using var connection = await new ConnectionFactory { Uri = uri }.CreateConnectionAsync();
        await using var channel = await connection.CreateChannelAsync();
        var message = await channel.BasicGetAsync(queue, autoAck: true);
        return message is null ? null : Encoding.UTF8.GetString(message.Body.Span);
    }
}
