using System.Net.Http.Json;
using System.Text.Json;
using Whales.Contracts;
using Whales.FunctionalTests.Running;
using Whales.Testing;

namespace Whales.FunctionalTests;

/// <summary>Two APIs on one PostgreSQL and one RabbitMQ behave as one.</summary>
public sealed class ReplicaTests
{
    private const string Model = TestPictures.QuickModel;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    [Fact]
    public async Task LongPoll_OutcomeIsStoredByTheOtherReplica_Answers()
    {
        // Nobody looks by himself before the polls are over.
        var settings = new Dictionary<string, string?> { ["Ingest__PollRefresh"] = "00:01:00" };
        await using var cluster = await Cluster.StartAsync(TestPictures.WriteQuickModel, settings: settings);
        var (other, _) = await cluster.StartReplicaAsync();
        var accepted = await Task.WhenAll(Enumerable.Range(0, 24).Select(_ => cluster.Client.SubmitAsync(TestPictures.Red, Model)));

        // All wait at one replica; the outcomes go to whichever takes them from the queue.
        var polls = Task.WhenAll(accepted.Select(photo => PollAsync(cluster.Client, photo.Id)));
        await Eventually.UntilAsync(async () => await Metrics.ReadAsync(cluster.Api.Url, "whales_result_stream_clients") == accepted.Length, Patience, "all polls wait");
        await cluster.StartWorkerAsync();

        // A poll that nobody wakes answers after 60 s.
        var answers = await polls.WaitAsync(TimeSpan.FromSeconds(45));
        Assert.All(answers, answer => Assert.Equal(IdentificationStatus.Succeeded, answer.Status));
        Assert.InRange(await Metrics.ReadAsync(other.Url, "whales_results_total"), 1, accepted.Length);
        Assert.Equal(accepted.Length, await SumAsync(cluster.Api, other, "whales_results_total"));
    }

    [Fact]
    public async Task Relays_WhatBothReplicasAcceptedWithoutABroker_SendEachPhotoOnce()
    {
        await using var cluster = await Cluster.StartAsync(TestPictures.WriteQuickModel, privateBroker: true);
        var (other, client) = await cluster.StartReplicaAsync();
        using var second = client;
        await cluster.PrivateBroker!.StopAsync();
        for (var i = 0; i < 30; i++)
            await Task.WhenAll(cluster.Client.SubmitAsync(TestPictures.Red, Model), second.SubmitAsync(TestPictures.Blue, Model));

        await cluster.PrivateBroker.StartAsync();
        await using var tap = await OutcomeTap.OnAsync(cluster.Broker, "Whales.Contracts:WhaleIdentified", "Whales.Contracts:WhaleIdentificationFailed");
        await cluster.StartWorkerAsync();

        var finished = await Task.WhenAll(cluster.Client.AllFinishedAsync(), second.AllFinishedAsync());
        Assert.All(finished.SelectMany(all => all), photo => Assert.Equal(IdentificationStatus.Succeeded, photo.Status));
        // A photo after all others: had one been sent twice, both would have been answered before it.
        var last = await cluster.Client.SubmitAsync(TestPictures.Red, Model);
        await Eventually.UntilAsync(() => tap.Ids.Contains(last.Id), Patience, "the last outcome is heard");
        Assert.Equal(61, tap.Ids.Count);
        Assert.Equal(61, tap.Ids.Distinct().Count());
        Assert.Equal(61, await SumAsync(cluster.Api, other, "whales_results_total"));
    }

    [Fact]
    public async Task Sweeps_OfBothReplicas_EndAndRemoveEachPhotoOnce()
    {
        var settings = new Dictionary<string, string?> { ["Retention__Interval"] = "00:00:01", ["Retention__BatchSize"] = "3", ["Retention__Identifications"] = "00:05:00" };
        await using var cluster = await Cluster.StartAsync(TestPictures.WriteQuickModel, settings: settings);
        var (other, client) = await cluster.StartReplicaAsync();
        using var second = client;
        var accepted = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => cluster.Client.SubmitAsync(TestPictures.Red, Model + "&expiresIn=2")));

        foreach (var photo in accepted)
        {
            var here = await cluster.Client.FinishedAsync(photo.Id);
            Assert.Equal(IdentificationStatus.Expired, here.Status);
            Assert.Equal(here.CompletedAt, (await second.GetAsync(photo.Id)).CompletedAt);
        }

        Assert.Equal(accepted.Length, await cluster.JobTable.AgeAsync(TimeSpan.FromHours(1)));
        await Eventually.UntilAsync(async () => await cluster.JobTable.FinishedAsync("interactive") == 0, Patience, "every old row is removed");
        await Eventually.UntilAsync(
            async () => await SumAsync(cluster.Api, other, "whales_retention_removed_total") >= accepted.Length, Patience, "what was removed is counted");
        Assert.Equal(accepted.Length, await SumAsync(cluster.Api, other, "whales_retention_removed_total"));
        Assert.Empty(Directory.GetFiles(Path.Combine(cluster.ImagesFolder, "photos"), "*", SearchOption.AllDirectories));
    }

    private static async Task<Identification> PollAsync(ApiClient client, Guid id) =>
        (await client.Http.GetFromJsonAsync<Identification>(new Uri($"v1/identifications/{id}?wait=60", UriKind.Relative), Json))!;

    private static async Task<double> SumAsync(HostProcess one, HostProcess other, string metric) =>
        await Metrics.ReadAsync(one.Url, metric) + await Metrics.ReadAsync(other.Url, metric);
}
