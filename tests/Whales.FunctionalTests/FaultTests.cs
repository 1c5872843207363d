using Whales.Contracts;
using Whales.FunctionalTests.Running;
using Whales.Testing;
using Whales.Testing.Models;

namespace Whales.FunctionalTests;

/// <summary>
/// A photo answered with 202 is never lost: load with a journal outside the system, a fault, and then every accepted id has exactly one
/// final outcome.
/// </summary>
public sealed class FaultTests
{
    private const string Model = TestPictures.SlowModel;
    private const int Photos = 60;

    // More than a quick machine finishes while a worker is asked to stop.
    private const int Many = 180;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Worker_KilledInMidBatch_EveryPhotoStillHasOneAnswer()
    {
        await using var cluster = await Cluster.StartAsync(TestPictures.WriteSlowModel);
        await PostAsync(cluster.Client, Photos);
        var worker = await cluster.StartWorkerAsync();
        await SomeFinishedAsync(cluster.Client, 5);

        await worker.KillAsync();
        Assert.Contains(await StatesAsync(cluster.Client), i => i.Status == IdentificationStatus.Queued);
        await cluster.StartWorkerAsync();

        AssertAllAnswered(await cluster.Client.AllFinishedAsync());
    }

    [Fact]
    public async Task Api_KilledRightAfterAccepting_EveryPhotoStillHasOneAnswer()
    {
        await using var cluster = await Cluster.StartAsync(TestPictures.WriteSlowModel, settings: QuickLease);
        await cluster.StartWorkerAsync();

        var posting = PostUntilItFailsAsync(cluster.Client);
        await Eventually.UntilAsync(() => cluster.Client.Accepted.Count >= 10, Patience, "some photos are accepted");
        await cluster.Api.KillAsync();
        await posting;
        await cluster.StartApiAsync();

        AssertAllAnswered(await cluster.Client.AllFinishedAsync());
    }

    [Fact]
    public async Task Broker_RestartedUnderLoad_AcceptingGoesOnAndEveryPhotoHasOneAnswer()
    {
        await using var cluster = await Cluster.StartAsync(TestPictures.WriteSlowModel, privateBroker: true, settings: QuickLease);
        await cluster.StartWorkerAsync();
        await PostAsync(cluster.Client, Photos / 2);
        await SomeFinishedAsync(cluster.Client, 2);

        await cluster.PrivateBroker!.StopAsync();
        await PostAsync(cluster.Client, Photos / 2);
        await cluster.PrivateBroker.StartAsync();

        AssertAllAnswered(await cluster.Client.AllFinishedAsync());
    }

    [Fact]
    public async Task Broker_QueueDeleted_PhotosAreSentAgain()
    {
        await using var cluster = await Cluster.StartAsync(
            TestPictures.WriteSlowModel, settings: new Dictionary<string, string?> { ["Relay__ResendAfter"] = "00:00:02" });
        var accepted = await cluster.Client.SubmitAsync(TestPictures.Red, Model);
        await Eventually.UntilAsync(
            async () => (await cluster.VirtualHost!.QueueAsync(Names.Queue(Model)))?.Messages == 1, Patience, "the photo is in its queue");

        await cluster.VirtualHost!.DeleteQueueAsync(Names.Queue(Model));
        await cluster.StartWorkerAsync();

        Assert.Equal(IdentificationStatus.Succeeded, (await cluster.Client.FinishedAsync(accepted.Id)).Status);
    }

    [Fact]
    public async Task Broker_LosesAPhotoThatNobodySawInItsQueue_ItIsSentAgain()
    {
        await using var cluster = await Cluster.StartAsync(
            TestPictures.WriteSlowModel, settings: new Dictionary<string, string?> { ["Relay__ResendAfter"] = "00:00:02" });
        await QueueExistsAsync(cluster);
        Guid last = default;
        await using (var thief = await OutcomeTap.OnQueueAsync(cluster.Broker, Names.Queue(Model)))
        {
            // The second one comes when the queue has been found empty for long.
            for (var i = 0; i < 2; i++)
            {
                last = (await cluster.Client.SubmitAsync(TestPictures.Red, Model)).Id;
                await Eventually.UntilAsync(() => thief.Ids.Count(id => id == last) >= 2, Patience, "the lost photo is sent again");
            }
        }

        await cluster.StartWorkerAsync();

        Assert.Equal(IdentificationStatus.Succeeded, (await cluster.Client.FinishedAsync(last)).Status);
    }

    [Fact]
    public async Task Broker_QueueGoneBeforeAPhotoCame_TheRelayDeclaresItAndSendsThePhoto()
    {
        // The sweep that looks for lost queues comes too late for this test.
        await using var cluster = await Cluster.StartAsync(
            TestPictures.WriteSlowModel, settings: new Dictionary<string, string?>(QuickLease) { ["Relay__ResendAfter"] = "1.00:00:00" });
        await QueueExistsAsync(cluster);
        await cluster.VirtualHost!.DeleteQueueAsync(Names.Queue(Model));

        await cluster.Client.SubmitAsync(TestPictures.Red, Model);

        await Eventually.UntilAsync(
            async () => (await cluster.VirtualHost!.QueueAsync(Names.Queue(Model)))?.Messages == 1, Patience, "the photo is in its queue");
    }

    [Fact]
    public async Task Broker_QueueDeletedBesideOneThatWasDeclaredDifferently_PhotosAreSentAgain()
    {
        const string Other = "another";
        await using var cluster = await Cluster.StartAsync(
            folder =>
            {
                TestModels.Write(folder, new TestModel { Name = Other });
                TestPictures.WriteSlowModel(folder);
            },
            settings: new Dictionary<string, string?> { ["Relay__ResendAfter"] = "00:00:02" });
        var accepted = await cluster.Client.SubmitAsync(TestPictures.Red, Model);
        await Eventually.UntilAsync(
            async () => (await cluster.VirtualHost!.QueueAsync(Names.Queue(Model)))?.Messages == 1, Patience, "the photo is in its queue");

        // The other model comes first in every order in which they are looked at.
        Assert.True(string.CompareOrdinal(Other, Model) < 0);
        await cluster.VirtualHost!.DeleteQueueAsync(Names.Queue(Other));
        await cluster.VirtualHost!.DeclareClassicQueueAsync(Names.Queue(Other));
        await cluster.VirtualHost!.DeleteQueueAsync(Names.Queue(Model));
        await cluster.StartWorkerAsync(model: Model);

        Assert.Equal(IdentificationStatus.Succeeded, (await cluster.Client.FinishedAsync(accepted.Id)).Status);
    }

    [Fact]
    public async Task Worker_AskedToStopUnderLoad_FinishesWhatItHoldsAndNothingRunsTwice()
    {
        await using var cluster = await Cluster.StartAsync(TestPictures.WriteSlowModel);
        await using var tap = await OutcomeTap.OnAsync(cluster.Broker, "Whales.Contracts:WhaleIdentified", "Whales.Contracts:WhaleIdentificationFailed");
        await PostAsync(cluster.Client, Many);
        var first = await cluster.StartWorkerAsync();
        await SomeFinishedAsync(cluster.Client, 5);

        first.Terminate();
        Assert.Equal(0, await first.WaitForExitAsync());
        Assert.Contains(await StatesAsync(cluster.Client), i => i.Status == IdentificationStatus.Queued);
        await cluster.StartWorkerAsync();

        var finished = await cluster.Client.AllFinishedAsync();
        AssertAllAnswered(finished);
        await Eventually.UntilAsync(() => tap.Ids.Count >= Many, Patience, "every outcome was heard");
        Assert.Equal(finished.Select(i => i.Id).Order(), tap.Ids.Order());
    }

    [Fact]
    public async Task Worker_KilledWhileOnePhotoRunsAlone_SetsItAsideAfterItsLastStart()
    {
        await using var cluster = await Cluster.StartAsync(
            TestPictures.WriteLongModel, settings: new Dictionary<string, string?> { ["RabbitMq__SuspectStarts"] = "2", ["Inference__BatchSize"] = "1" });
        var accepted = await cluster.Client.SubmitAsync(TestPictures.Red, TestPictures.LongModel);

        // Once in the model's queue, which counts for nothing, and twice alone.
        for (var start = 0; start < 3; start++)
        {
            var worker = await cluster.StartWorkerAsync();
            await Eventually.UntilAsync(() => HasPhotoAsync(worker), Patience, "the worker has the photo in hand");
            await worker.KillAsync();
        }

        await cluster.StartWorkerAsync();
        var finished = await cluster.Client.FinishedAsync(accepted.Id);
        Assert.Equal(IdentificationStatus.Failed, finished.Status);
        Assert.Equal(FailureCodes.PoisonousImage, finished.Error?.Code);
    }

    private static async Task<bool> HasPhotoAsync(HostProcess worker)
    {
        using var http = new HttpClient();
        var metrics = await http.GetStringAsync(new Uri(worker.Url, "metrics"));
        return metrics.Contains($"whales_jobs_in_progress{{model=\"{TestPictures.LongModel}\"}} 1", StringComparison.Ordinal);
    }

    private static Dictionary<string, string?> QuickLease => new() { ["Relay__Lease"] = "00:00:06" };

    private static Task QueueExistsAsync(Cluster cluster) => Eventually.UntilAsync(
        async () => await cluster.VirtualHost!.QueueAsync(Names.Queue(Model)) is not null, Patience, "the API has declared the queue");

    private static async Task PostAsync(ApiClient client, int count)
    {
        for (var i = 0; i < count; i++)
            await client.SubmitAsync(TestPictures.Red, Model);
    }

    private static async Task PostUntilItFailsAsync(ApiClient client)
    {
        while ((await client.TrySubmitAsync(TestPictures.Red, Model)).Status is not null)
        {
        }
    }

    private static async Task<IReadOnlyList<Identification>> StatesAsync(ApiClient client) =>
        await Task.WhenAll(client.Accepted.Select(i => client.GetAsync(i.Id)));

    private static Task SomeFinishedAsync(ApiClient client, int count) =>
        Eventually.UntilAsync(
            async () => (await StatesAsync(client)).Count(i => i.Status != IdentificationStatus.Queued) >= count, Patience, $"{count} photos are finished");

    private static void AssertAllAnswered(IReadOnlyList<Identification> finished)
    {
        Assert.NotEmpty(finished);
        Assert.All(finished, i =>
        {
            Assert.Equal(IdentificationStatus.Succeeded, i.Status);
            Assert.Equal(1, i.Attempt);
            Assert.Equal("red", i.Result!.Candidates[0].IndividualId);
        });
    }
}
