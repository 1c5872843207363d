using Whales.Contracts;
using Whales.FunctionalTests.Running;
using Whales.Testing;

namespace Whales.FunctionalTests;

/// <summary>The two lanes of a model, from outside.</summary>
public sealed class LaneTests
{
    private const string Model = TestPictures.QuickModel;

    [Fact]
    public async Task Worker_MessageInTheBulkQueue_IsIdentified()
    {
        await using var cluster = await Cluster.StartAsync(TestPictures.WriteQuickModel);
        var accepted = await cluster.Client.SubmitAsync(TestPictures.Red, Model);
        await using var queues = await QueueClient.ConnectAsync(cluster.Broker);
        await queues.WaitForAsync(Names.Queue(Model), 1);
        // What the relay would have sent, had the photo come with a batch.
        Assert.NotNull(await queues.TakeAsync(Names.Queue(Model)));
        await queues.SendAsync(Names.BulkQueue(Model), new IdentifyWhale
        {
            IdentificationId = accepted.Id,
            Attempt = accepted.Attempt,
            Model = Model,
            ImageKey = $"photos/{accepted.CreatedAt:yyyyMMdd}/{accepted.Id:n}",
            SubmittedAt = accepted.CreatedAt,
            Lane = Lane.Bulk,
        });

        await cluster.StartWorkerAsync();

        Assert.Equal(IdentificationStatus.Succeeded, (await cluster.Client.FinishedAsync(accepted.Id)).Status);
        await queues.WaitForAsync(Names.BulkQueue(Model), 0);
    }
}
