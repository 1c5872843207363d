using System.Globalization;
using Whales.Contracts;
using Whales.FunctionalTests.Running;
using Whales.Testing;

namespace Whales.FunctionalTests;

/// <summary>The two lanes of a model with real processes: who overtakes whom, by the order of the ends and not by the clock.</summary>
public sealed class LaneTests
{
    private const string Model = TestPictures.SlowModel;
    private const int Bulk = 300;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    [Fact]
    public async Task SinglePhoto_HundredsOfBulkPhotosWait_OvertakesThem()
    {
        await using var cluster = await Cluster.StartAsync(TestPictures.WriteSlowModel);
        await FillBulkAsync(cluster);
        await cluster.StartWorkerAsync();
        await Eventually.UntilAsync(async () => await cluster.JobTable.FinishedAsync("bulk") >= 5, Patience, "the worker is at the bulk photos");

        var asked = await cluster.Client.SubmitAsync(TestPictures.Red, Model);
        Assert.Equal(IdentificationStatus.Succeeded, (await cluster.Client.FinishedAsync(asked.Id)).Status);

        // What the worker had in its batches, and what ran beside it; not what was fetched or waited in the broker.
        Assert.InRange(await cluster.JobTable.BulkFinishedWhileWaitingAsync(asked.Id), 0, Bulk / 4);
        Assert.True(await cluster.JobTable.FinishedAsync("bulk") < Bulk, "bulk photos still wait");
    }

    [Fact]
    public async Task BulkPhotos_SinglePhotosKeepComing_GetTheirShare()
    {
        await using var cluster = await Cluster.StartAsync(TestPictures.WriteSlowModel);
        await FillBulkAsync(cluster);
        var asked = new List<Identification>();
        for (var i = 0; i < 100; i++)
            asked.Add(await cluster.Client.SubmitAsync(TestPictures.Red, Model));

        await cluster.StartWorkerAsync();
        var finished = await cluster.Client.AllFinishedAsync();

        // A fifth of the places, but for the ends; and single photos are far from waiting for the whole survey.
        var last = finished.Where(i => asked.Any(a => a.Id == i.Id)).MaxBy(i => i.CompletedAt)!;
        Assert.InRange(await cluster.JobTable.BulkFinishedBeforeAsync(last.Id), 15, Bulk / 2);
    }

    [Fact]
    public async Task QueueGauges_OfBothLanes_TellWhatLiesThere()
    {
        await using var cluster = await Cluster.StartAsync(TestPictures.WriteSlowModel);
        await FillBulkAsync(cluster);
        var worker = await cluster.StartWorkerAsync();

        await Eventually.UntilAsync(
            async () => await GaugeAsync("whales_queue_messages", ("lane", "bulk"), ("state", "ready")) > 0
                && await GaugeAsync("whales_queue_drain_rate", ("lane", "bulk")) > 0
                && await GaugeAsync("whales_queue_expected_drain_seconds", ("lane", "bulk")) > 0
                && await GaugeAsync("whales_queue_messages", ("lane", "interactive"), ("state", "ready")) == 0,
            Patience, "the bulk lane's gauges move, and nothing is left in the other");

        Task<double> GaugeAsync(string name, params (string, string)[] labels) => Metrics.ReadAsync(worker.Url, name, labels);
    }

    [Fact]
    public async Task QueueGauges_InStandalone_TellWhatTheJobTableHas()
    {
        await using var system = await StandaloneSystem.StartAsync(TestPictures.WriteSlowModel);
        for (var i = 0; i < 60; i++)
            await system.Client.SubmitAsync(TestPictures.Red, Model);

        await Eventually.UntilAsync(
            async () => await Metrics.ReadAsync(system.Host.Url, "whales_queue_drain_rate", ("lane", "interactive")) > 0
                && await Metrics.ReadAsync(system.Host.Url, "whales_queue_expected_drain_seconds", ("lane", "interactive")) > 0,
            Patience, "the gauges move");
        Assert.Equal(0, await Metrics.ReadAsync(system.Host.Url, "whales_queue_messages", ("lane", "bulk")));
        await system.Client.AllFinishedAsync();
        await Eventually.UntilAsync(async () => await Metrics.ReadAsync(system.Host.Url, "whales_queue_messages") == 0, Patience, "the queues are empty");
    }

    [Fact]
    public async Task Estimate_OfAWaitingPhoto_FollowsTheLine()
    {
        await using var cluster = await Cluster.StartAsync(TestPictures.WriteSlowModel);
        for (var i = 0; i < 60; i++)
            await cluster.Client.SubmitAsync(TestPictures.Red, Model);
        var last = await cluster.Client.SubmitAsync(TestPictures.Red, Model);
        // A photo that came while the line was counted is in it twice for a moment.
        Assert.InRange(last.Queue!.WaitingAhead, 60, 120);
        Assert.Equal(60, (await cluster.Client.GetAsync(last.Id)).Queue?.WaitingAhead);

        await cluster.StartWorkerAsync();
        await Eventually.GetAsync(
            () => cluster.Client.GetAsync(last.Id), i => i.Queue is { WaitingAhead: < 50, EtaSeconds: > 0 } || i.Status != IdentificationStatus.Queued, Patience, "it moves on");
        Assert.Null((await cluster.Client.FinishedAsync(last.Id)).Queue);
    }

    [Fact]
    public async Task Cancel_PhotoInTheWorkersHands_IsLetGo()
    {
        // As many as a worker takes at a time on two cores, half a second each: the last is canceled long before its turn.
        const int Photos = 6;
        await using var cluster = await Cluster.StartAsync(TestPictures.WriteLongModel, settings: OneByOne);
        var worker = await cluster.StartWorkerAsync();
        var photos = new List<Identification>();
        for (var i = 0; i < Photos; i++)
            photos.Add(await cluster.Client.SubmitAsync(TestPictures.Red, TestPictures.LongModel));
        await Eventually.UntilAsync(
            async () => await Metrics.ReadAsync(worker.Url, "whales_worker_jobs_total") + await Metrics.ReadAsync(worker.Url, "whales_jobs_in_progress") == Photos,
            Patience, "the worker has fetched them all");

        var canceled = await cluster.Client.PostAsync($"v1/identifications/{photos[^1].Id}/cancel");

        Assert.Equal(IdentificationStatus.Canceled, canceled.Status);
        await cluster.Client.AllFinishedAsync();
        await Eventually.UntilAsync(
            async () => await Metrics.ReadAsync(worker.Url, "whales_worker_jobs_total", ("outcome", "canceled")) == 1, Patience, "the worker let it go");
        await InferredAsync(worker, Photos - 1);
    }

    [Fact]
    public async Task Expired_BeforeItsBatch_CostsNoInference()
    {
        await using var cluster = await Cluster.StartAsync(TestPictures.WriteLongModel, settings: OneByOne);
        for (var i = 0; i < 4; i++)
            await cluster.Client.SubmitAsync(TestPictures.Red, TestPictures.LongModel);
        await using var queues = await QueueClient.ConnectAsync(cluster.Broker);
        await queues.WaitForAsync(Names.Queue(TestPictures.LongModel), 4);
        // In the queue: no worker is there. What expires before it was sent is not sent, so the others went ahead.
        var early = await SubmitAsync(cluster, expiresIn: 5);
        await queues.WaitForAsync(Names.Queue(TestPictures.LongModel), 5);
        Assert.Equal(IdentificationStatus.Expired, (await cluster.Client.FinishedAsync(early.Id)).Status);
        var worker = await cluster.StartWorkerAsync();
        await Eventually.UntilAsync(async () => await Metrics.ReadAsync(worker.Url, "whales_jobs_in_progress") > 0, Patience, "the worker is busy");

        // In the worker's hands, behind photos of a second or more each.
        var late = await SubmitAsync(cluster, expiresIn: 0.5);

        Assert.Equal(IdentificationStatus.Expired, (await cluster.Client.FinishedAsync(late.Id)).Status);
        await cluster.Client.AllFinishedAsync();
        await Eventually.UntilAsync(
            async () => await Metrics.ReadAsync(worker.Url, "whales_worker_jobs_total", ("outcome", "expired")) == 2, Patience, "the worker passed over both");
        await InferredAsync(worker, 4);
    }

    private static Dictionary<string, string?> OneByOne => new() { ["Inference__BatchSize"] = "1", ["Inference__Sessions"] = "1" };

    private static Task<double> InferredAsync(HostProcess worker, int photos) => Eventually.GetAsync(
        () => Metrics.ReadAsync(worker.Url, "whales_inference_batch_size_sum"), sum => sum == photos, Patience, $"{photos} photos were inferred");

    private static async Task<Identification> SubmitAsync(Cluster cluster, double expiresIn)
    {
        using var content = new ByteArrayContent(TestPictures.Red);
        content.Headers.ContentType = new("image/png");
        var path = string.Create(CultureInfo.InvariantCulture, $"v1/identifications?model={TestPictures.LongModel}&expiresIn={expiresIn}");
        using var response = await cluster.Client.Http.PostAsync(new Uri(path, UriKind.Relative), content);
        return await ApiClient.ReadAsync<Identification>(response, System.Net.HttpStatusCode.Accepted);
    }

    /// <summary>Bulk photos in their queue, sent by the relay.</summary>
    private static async Task FillBulkAsync(Cluster cluster)
    {
        var first = await cluster.Client.SubmitAsync(TestPictures.Red, Model);
        await cluster.JobTable.InsertBulkAsync(first.Id, Bulk);
        await using var queues = await QueueClient.ConnectAsync(cluster.Broker);
        await queues.WaitForAsync(Names.BulkQueue(Model), Bulk);
    }
}
