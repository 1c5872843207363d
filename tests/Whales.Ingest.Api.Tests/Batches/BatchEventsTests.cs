using System.Globalization;
using System.Net;
using Whales.Contracts;
using Whales.Ingest.Api.Tests.Hosting;
using Whales.Testing;

namespace Whales.Ingest.Api.Tests.Batches;

public sealed class BatchEventsTests
{
    public static TheoryData<string> Databases => BatchServer.Databases;

    [Theory]
    [MemberData(nameof(Databases))]
    public async Task Events_AsPhotosEnd_TellItAndEndWithTheBatch(string database)
    {
        await using var batches = await BatchServer.StartAsync(database);
        var batch = await batches.PostPhotosAsync(3);
        var rows = await batches.RowsAsync(batch.Id);
        using var events = await EventStream.OpenAsync(batches.Client, batch.Id);

        var seen = new List<(long Id, Batch Batch)> { (await events.NextAsync())!.Value };
        foreach (var row in rows)
        {
            await batches.Server.CompleteInStoreAsync(row.Id, IdentificationStatus.Succeeded, "", 1);
            seen.Add((await events.NextAsync())!.Value);
        }

        Assert.Null(await events.NextAsync());
        Assert.Equal([0, 1, 2, 3], seen.Select(e => e.Batch.Counts.Succeeded));
        Assert.Equal(seen.Select(e => e.Id).Order().Distinct(), seen.Select(e => e.Id));
        Assert.All(seen, e => Assert.Equal((batch.Id, 3), (e.Batch.Id, e.Batch.Total)));
        Assert.Equal(BatchStatus.Finished, seen[^1].Batch.Status);
    }

    [Fact]
    public async Task Events_LastEventId_GoesOnBehindIt()
    {
        await using var batches = await BatchServer.StartAsync();
        var batch = await batches.PostPhotosAsync(4);
        var rows = await batches.RowsAsync(batch.Id);
        long last;
        using (var events = await EventStream.OpenAsync(batches.Client, batch.Id))
        {
            await events.NextAsync();
            await batches.Server.CompleteInStoreAsync(rows[0].Id, IdentificationStatus.Failed, FailureCodes.CorruptedImage, 1);
            last = (await events.NextAsync())!.Value.Id;
        }

        using var upToDate = await EventStream.OpenAsync(batches.Client, batch.Id, last);
        await batches.Server.CompleteInStoreAsync(rows[1].Id, IdentificationStatus.Succeeded, "", 1);
        var next = (await upToDate.NextAsync())!.Value;
        using var behind = await EventStream.OpenAsync(batches.Client, batch.Id, last);
        var missed = (await behind.NextAsync())!.Value;

        Assert.True(next.Id > last);
        Assert.Equal((1, 1, 2), (next.Batch.Counts.Failed, next.Batch.Counts.Succeeded, next.Batch.Counts.Queued));
        Assert.Equal(next, missed);
    }

    [Fact]
    public async Task Events_OnAnotherReplica_GoOnWithTheSameIds()
    {
        await using var batches = await BatchServer.StartAsync(BatchServer.Postgres);
        var batch = await batches.PostPhotosAsync(3);
        var rows = await batches.RowsAsync(batch.Id);
        await batches.Server.CompleteInStoreAsync(rows[0].Id, IdentificationStatus.Succeeded, "", 1);
        using var here = await EventStream.OpenAsync(batches.Client, batch.Id);
        var seenHere = (await here.NextAsync())!.Value;
        var replica = await batches.StartReplicaAsync();

        using var there = await EventStream.OpenAsync(replica.Client, batch.Id, seenHere.Id);
        await replica.CompleteInStoreAsync(rows[1].Id, IdentificationStatus.Succeeded, "", 1);
        var (nextHere, nextThere) = ((await here.NextAsync())!.Value, (await there.NextAsync())!.Value);
        await batches.Server.CompleteInStoreAsync(rows[2].Id, IdentificationStatus.Succeeded, "", 1);

        Assert.Equal(nextHere, nextThere);
        Assert.Equal(2, nextThere.Batch.Counts.Succeeded);
        Assert.Equal((await here.NextAsync())!.Value, (await there.NextAsync())!.Value);
        Assert.Null(await there.NextAsync());
    }

    [Fact]
    public async Task Events_BatchIsFinished_LastEventAndThenNoMore()
    {
        await using var batches = await BatchServer.StartAsync();
        var batch = await batches.PostPhotosAsync(1);
        await batches.Server.CompleteAsync((await batches.RowsAsync(batch.Id))[0].Id, IdentificationStatus.Succeeded);

        using var events = await EventStream.OpenAsync(batches.Client, batch.Id);
        var last = (await events.NextAsync())!.Value;
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{BatchServer.Path}/{batch.Id}/events");
        request.Headers.Add("Last-Event-ID", last.Id.ToString(CultureInfo.InvariantCulture));
        using var again = await batches.Client.SendAsync(request);

        Assert.Equal(BatchStatus.Finished, last.Batch.Status);
        Assert.Null(await events.NextAsync());
        Assert.Equal(HttpStatusCode.NoContent, again.StatusCode);
    }

    [Fact]
    public async Task Events_NothingHappens_HeartbeatsKeepTheConnection()
    {
        await using var batches = await BatchServer.StartAsync(settings: new() { ["Batches:Heartbeat"] = "00:00:00.1" });
        var batch = await batches.PostPhotosAsync(1);
        using var events = await EventStream.OpenAsync(batches.Client, batch.Id);
        await events.NextAsync();
        var next = events.NextAsync();

        await Eventually.UntilAsync(() => events.Comments >= 3, TimeSpan.FromSeconds(60), "three heartbeats");
        await batches.Server.CompleteAsync((await batches.RowsAsync(batch.Id))[0].Id, IdentificationStatus.Succeeded);

        Assert.Equal(1, (await next)!.Value.Batch.Counts.Succeeded);
    }

    [Fact]
    public async Task Events_BatchIsDeletedMeanwhile_End()
    {
        await using var batches = await BatchServer.StartAsync();
        var batch = await batches.PostPhotosAsync(1);
        using var events = await EventStream.OpenAsync(batches.Client, batch.Id);
        await events.NextAsync();

        using var deleted = await batches.Client.DeleteAsync($"{BatchServer.Path}/{batch.Id}");

        while (await events.NextAsync() is { } between)
            Assert.True(between.Batch.Counts.Removed > 0);
    }

    [Fact]
    public async Task Events_NoSuchBatch_IsRefused()
    {
        await using var batches = await BatchServer.StartAsync();

        using var response = await batches.Client.GetAsync($"{BatchServer.Path}/{Guid.NewGuid()}/events");

        await response.ProblemAsync(404, "not_found");
    }
}
