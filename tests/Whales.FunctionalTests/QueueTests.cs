using System.Net;
using System.Net.Http.Json;
using System.Text;
using Whales.Contracts;
using Whales.FunctionalTests.Running;
using Whales.Testing;
using Whales.Testing.Models;

namespace Whales.FunctionalTests;

/// <summary>The queues as operators see them, and what may lie in them.</summary>
public sealed class QueueTests
{
    private const string Model = TestPictures.QuickModel;
    private const string OtherModel = "other_colours";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Api_WithoutAnyWorker_DeclaresEveryQueueAndPhotosWaitThere()
    {
        await using var cluster = await Cluster.StartAsync(TestPictures.WriteQuickModel);
        var queues = await Eventually.GetAsync(
            () => cluster.VirtualHost!.QueuesAsync(), queues => queues.Count(q => q.Type == "quorum") == 6, Patience, "six queues are declared");

        foreach (var name in new[] { $"identify-whale.{Model}", $"identify-whale.{Model}.bulk", $"identify-whale.{Model}.suspect", $"identify-whale.{Model}.dead" })
        {
            var queue = Assert.Single(queues, q => q.Name == name);
            Assert.Equal(("quorum", true), (queue.Type, queue.Durable));
            Assert.Equal(20, queue.Arguments["x-delivery-limit"].GetInt32());
            Assert.Equal($"identify-whale.{Model}.dead", queue.Arguments["x-dead-letter-exchange"].GetString());
        }

        var outcomes = Assert.Single(queues, q => q.Name == "identification-outcomes");
        Assert.Equal(("quorum", true), (outcomes.Type, outcomes.Durable));
        Assert.True(outcomes.Arguments["x-delivery-limit"].GetInt32() >= 1_000);

        var accepted = await cluster.Client.SubmitAsync(TestPictures.Red, Model);
        await using var client = await QueueClient.ConnectAsync(cluster.Broker);
        await client.WaitForAsync($"identify-whale.{Model}", 1);
        await cluster.StartWorkerAsync();
        Assert.Equal(IdentificationStatus.Succeeded, (await cluster.Client.FinishedAsync(accepted.Id)).Status);
    }

    [Fact]
    public async Task Workers_TwoForOneModel_ShareItsQueue()
    {
        await using var cluster = await Cluster.StartAsync(TestPictures.WriteSlowModel);
        var workers = await Task.WhenAll(cluster.StartWorkerAsync(), cluster.StartWorkerAsync());

        for (var i = 0; i < 40; i++)
            await cluster.Client.SubmitAsync(TestPictures.Red, TestPictures.SlowModel);
        await cluster.Client.AllFinishedAsync();

        var done = await Task.WhenAll(workers.Select(w => Metrics.ReadAsync(w.Url, "whales_worker_jobs_total", ("outcome", "succeeded"))));
        Assert.Equal(40, done.Sum());
        Assert.All(done, count => Assert.True(count > 0, "both work"));
    }

    [Fact]
    public async Task Workers_OneModelEach_TakeOnlyTheirOwn()
    {
        await using var cluster = await Cluster.StartAsync(folder =>
        {
            TestPictures.WriteQuickModel(folder);
            TestModels.Write(folder, new TestModel { Name = OtherModel });
        });
        var workers = await Task.WhenAll(cluster.StartWorkerAsync(model: Model), cluster.StartWorkerAsync(model: OtherModel));

        for (var i = 0; i < 6; i++)
            await cluster.Client.SubmitAsync(TestPictures.Red, i < 2 ? Model : OtherModel);
        Assert.All(await cluster.Client.AllFinishedAsync(), i => Assert.Equal(IdentificationStatus.Succeeded, i.Status));

        Assert.Equal((2, 0), await JobsAsync(workers[0]));
        Assert.Equal((0, 4), await JobsAsync(workers[1]));

        static async Task<(double, double)> JobsAsync(HostProcess worker) => (
            await Metrics.ReadAsync(worker.Url, "whales_worker_jobs_total", ("model", Model)),
            await Metrics.ReadAsync(worker.Url, "whales_worker_jobs_total", ("model", OtherModel)));
    }

    // What deploy/rabbitmq/dead-letter-workers.args is for: without it no queue of the second model has a leader on RabbitMQ 3.10.8.
    [Fact]
    public async Task DeadLetterWorkers_EndTogether_QueuesOfANewModelTakePhotos()
    {
        await using var cluster = await Cluster.StartAsync(TestPictures.WriteQuickModel, privateBroker: true);
        await using var queues = await QueueClient.ConnectAsync(cluster.Broker);
        await queues.WaitForAsync(Names.Queue(Model), 0);

        await cluster.PrivateBroker!.EndDeadLetterWorkersAsync();

        TestModels.Write(cluster.ModelsFolder, new TestModel { Name = OtherModel });
        var (_, client) = await cluster.StartReplicaAsync();
        using (client)
        {
            await client.SubmitAsync(TestPictures.Red, OtherModel);
            await queues.WaitForAsync(Names.Queue(OtherModel), 1);
        }
    }

    [Fact]
    public async Task Message_Undecodable_IsSetAsideAndHarmsNothing()
    {
        await using var cluster = await Cluster.StartAsync(TestPictures.WriteQuickModel);
        var worker = await cluster.StartWorkerAsync();
        await using var queues = await QueueClient.ConnectAsync(cluster.Broker);
        var bytes = Encoding.UTF8.GetBytes("no message of ours");

        await queues.SendAsync(Names.Queue(Model), bytes);
        await queues.SendAsync(Names.Queue(Model), """{ "messageType": ["urn:message:Whales.Contracts:IdentifyWhale"], "message": { "attempt": "x" } }"""u8.ToArray());

        var accepted = await cluster.Client.SubmitAsync(TestPictures.Red, Model);
        Assert.Equal(IdentificationStatus.Succeeded, (await cluster.Client.FinishedAsync(accepted.Id)).Status);
        var letters = await Eventually.GetAsync(() => LettersAsync(cluster), found => found.Count == 2, Patience, "both lie where an operator can look at them");
        Assert.All(letters, letter => Assert.Equal((Names.Queue(Model), Model), (letter.Queue, letter.Model)));
        var plain = Assert.Single(letters, letter => letter.Text == "no message of ours");
        Assert.NotEmpty(plain.Reason);
        Assert.Equal(bytes, await cluster.Client.Http.GetByteArrayAsync(new Uri($"v1/dead-letters/{plain.Id}/body", UriKind.Relative)));
        await queues.WaitForAsync(Names.Queue(Model), 0);
        await queues.WaitForAsync(Names.DeadLetterQueue(Model), 0);
        Assert.Equal(1, await Metrics.ReadAsync(worker.Url, "whales_worker_jobs_total"));
    }

    [Fact]
    public async Task DeadLetter_Replayed_GoesBackIntoItsQueueAsItWas()
    {
        await using var cluster = await Cluster.StartAsync(TestPictures.WriteQuickModel);
        await using var queues = await QueueClient.ConnectAsync(cluster.Broker);
        await queues.SendAsync(Names.DeadLetterQueue(Model), "no message of ours"u8.ToArray());
        await queues.SendAsync(Names.OutcomesQueue, "no outcome of ours"u8.ToArray());
        var letters = await Eventually.GetAsync(() => LettersAsync(cluster), found => found.Count == 2, Patience, "both are kept");

        var command = letters.Single(letter => letter.Model == Model);
        Assert.Equal(Names.OutcomesQueue, letters.Single(letter => letter.Model is null).Queue);
        using (var replayed = await cluster.Client.Http.PostAsync(new Uri($"v1/dead-letters/{command.Id}/replay", UriKind.Relative), null))
            Assert.Equal(HttpStatusCode.NoContent, replayed.StatusCode);

        // No worker runs: it waits there.
        await queues.WaitForAsync(Names.Queue(Model), 1);
        Assert.Equal("no message of ours"u8.ToArray(), (await queues.TakeAsync(Names.Queue(Model)))!.Body.ToArray());
        Assert.Equal(Names.OutcomesQueue, Assert.Single(await LettersAsync(cluster)).Queue);
    }

    [Fact]
    public async Task DeadLetter_OfAKnownPhoto_MakesItsRowFailed()
    {
        await using var cluster = await Cluster.StartAsync(TestPictures.WriteQuickModel);
        var accepted = await cluster.Client.SubmitAsync(TestPictures.Red, Model);
        await using var queues = await QueueClient.ConnectAsync(cluster.Broker);
        // Made final before it was sent, it would not be sent at all.
        await queues.WaitForAsync(Names.Queue(Model), 1);

        await queues.SendAsync(Names.DeadLetterQueue(Model), CommandFor(accepted));

        var finished = await cluster.Client.FinishedAsync(accepted.Id);
        Assert.Equal(IdentificationStatus.Failed, finished.Status);
        Assert.Equal(FailureCodes.InternalError, finished.Error?.Code);

        // The command itself still waits; what a worker makes of it later changes nothing.
        var worker = await cluster.StartWorkerAsync();
        await Eventually.UntilAsync(
            async () => await Metrics.ReadAsync(worker.Url, "whales_worker_jobs_total") == 1
                && (await cluster.VirtualHost!.QueueAsync(Names.OutcomesQueue))?.Messages == 0, Patience, "the late outcome is taken");
        Assert.Equivalent(finished, await cluster.Client.GetAsync(accepted.Id), strict: true);
    }

    [Fact]
    public async Task Message_DeliveredTwice_HasOneOutcome()
    {
        await using var cluster = await Cluster.StartAsync(TestPictures.WriteQuickModel);
        var accepted = await cluster.Client.SubmitAsync(TestPictures.Red, Model);
        await using var tap = await OutcomeTap.OnAsync(cluster.Broker, "Whales.Contracts:WhaleIdentified", "Whales.Contracts:WhaleIdentificationFailed");
        await using var queues = await QueueClient.ConnectAsync(cluster.Broker);
        await queues.SendAsync(Names.Queue(Model), CommandFor(accepted));
        await queues.WaitForAsync(Names.Queue(Model), 2);

        var worker = await cluster.StartWorkerAsync();

        Assert.Equal(IdentificationStatus.Succeeded, (await cluster.Client.FinishedAsync(accepted.Id)).Status);
        await queues.WaitForAsync(Names.Queue(Model), 0);
        // A worker that stops gives back what it has not acked.
        worker.Terminate();
        Assert.Equal(0, await worker.WaitForExitAsync());
        await queues.WaitForAsync(Names.Queue(Model), 0);
        await Eventually.UntilAsync(() => !tap.Ids.IsEmpty, Patience, "the outcome was heard");
        Assert.Equal([accepted.Id], tap.Ids);
    }

    private static async Task<IReadOnlyList<DeadLetter>> LettersAsync(Cluster cluster) =>
        (await cluster.Client.Http.GetFromJsonAsync<Page<DeadLetter>>(new Uri("v1/dead-letters", UriKind.Relative)))!.Items;

    // As the relay makes it from the row.
    private static IdentifyWhale CommandFor(Identification accepted) => new()
    {
        IdentificationId = accepted.Id,
        Attempt = accepted.Attempt,
        Model = accepted.Model,
        ImageKey = $"photos/{accepted.CreatedAt:yyyyMMdd}/{accepted.Id:n}",
        SubmittedAt = accepted.CreatedAt,
    };
}
