using Microsoft.Extensions.Options;
using RabbitMQ.Client;
using Whales.Contracts;
using Whales.Hosting.Messaging;
using Whales.Testing;

namespace Whales.FunctionalTests.Monitoring;

public sealed class BrokerQueueDepthTests
{
    [Fact]
    public async Task Read_QueuesOfOneModelAreNotDeclaredYet_TellsTheOthers()
    {
        await using var virtualHost = await (await RabbitMqServer.SharedAsync()).CreateVirtualHostAsync();
        await using var connection = await new ConnectionFactory { Uri = virtualHost.Uri }.CreateConnectionAsync(TestContext.Current.CancellationToken);
        await using var channel = await connection.CreateChannelAsync(cancellationToken: TestContext.Current.CancellationToken);
        foreach (var lane in Enum.GetValues<Lane>())
            await channel.QueueDeclareAsync(Names.Queue("known", lane), durable: true, exclusive: false, autoDelete: false, cancellationToken: TestContext.Current.CancellationToken);
        await using var depth = new BrokerQueueDepth(Options.Create(new RabbitMqOptions { Uri = virtualHost.Uri }));

        var read = await depth.ReadAsync(["new", "known"], TestContext.Current.CancellationToken);

        Assert.Equal([("known", Lane.Interactive), ("known", Lane.Bulk)], read.Select(queue => (queue.Model, queue.Lane)));
        Assert.Equal(2, (await depth.ReadAsync(["known", "new"], TestContext.Current.CancellationToken)).Count);
    }
}
