using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Whales.Contracts;
using Whales.Ingest.Api.Batches;
using Whales.Ingest.Api.Tests.Hosting;
using Whales.Testing;

namespace Whales.Ingest.Api.Tests.Batches;

public sealed class BatchReadTests
{
    public static TheoryData<string> Databases => BatchServer.Databases;

    [Theory]
    [MemberData(nameof(Databases))]
    public async Task Get_AsPhotosEnd_CountsThem(string database)
    {
        await using var batches = await BatchServer.StartAsync(database);
        var batch = await batches.PostPhotosAsync(6);
        await batches.PostPhotosAsync(2);
        var rows = await batches.RowsAsync(batch.Id);

        await batches.Server.CompleteAsync(rows[0].Id, IdentificationStatus.Succeeded);
        await batches.Server.CompleteAsync(rows[1].Id, IdentificationStatus.Succeeded);
        await batches.Server.CompleteAsync(rows[2].Id, IdentificationStatus.Failed);
        await batches.Server.CompleteAsync(rows[3].Id, IdentificationStatus.Expired);
        await batches.Server.Store.DeleteAsync(rows[4].Id, CancellationToken.None);
        var half = await batches.GetAsync(batch.Id);
        await batches.Server.CompleteAsync(rows[5].Id, IdentificationStatus.Canceled);
        var whole = await batches.GetAsync(batch.Id);

        Assert.Equal(new BatchCounts { Queued = 1, Succeeded = 2, Failed = 1, Canceled = 0, Expired = 1, Removed = 1 }, half.Counts);
        Assert.Equal((BatchStatus.Processing, (DateTimeOffset?)null, 6), (half.Status, half.CompletedAt, half.Total));
        Assert.Equal(new BatchCounts { Queued = 0, Succeeded = 2, Failed = 1, Canceled = 1, Expired = 1, Removed = 1 }, whole.Counts);
        Assert.Equal(BatchStatus.Finished, whole.Status);
        Assert.Equal((await batches.Server.Store.FindAsync(rows[5].Id, CancellationToken.None))!.CompletedAt, whole.CompletedAt);
    }

    [Theory]
    [MemberData(nameof(Databases))]
    public async Task Get_ETag_ChangesWithEveryChangeAndNeverComesBack(string database)
    {
        await using var batches = await BatchServer.StartAsync(database);
        var batch = await batches.PostPhotosAsync(3);
        var rows = await batches.RowsAsync(batch.Id);
        var tags = new List<long> { await TagAsync(batches, batch.Id) };

        await batches.Server.CompleteAsync(rows[0].Id, IdentificationStatus.Failed);
        tags.Add(await TagAsync(batches, batch.Id));
        await batches.Server.Store.RetryAsync(rows[0].Id, DateTimeOffset.UtcNow, CancellationToken.None);
        tags.Add(await TagAsync(batches, batch.Id));
        await batches.Server.CompleteAsync(rows[0].Id, IdentificationStatus.Failed, attempt: 2);
        tags.Add(await TagAsync(batches, batch.Id));
        await batches.Server.Store.DeleteAsync(rows[0].Id, CancellationToken.None);
        tags.Add(await TagAsync(batches, batch.Id));
        await batches.Server.CompleteAsync(rows[1].Id, IdentificationStatus.Succeeded);
        tags.Add(await TagAsync(batches, batch.Id));

        Assert.Equal(tags.Order().Distinct(), tags);
    }

    [Fact]
    public async Task Get_KnownVersion_IsNotModified()
    {
        await using var batches = await BatchServer.StartAsync();
        var batch = await batches.PostPhotosAsync(2);

        using var request = new HttpRequestMessage(HttpMethod.Get, $"{BatchServer.Path}/{batch.Id}");
        request.Headers.Add("If-None-Match", $"\"{await TagAsync(batches, batch.Id)}\"");
        using var response = await batches.Client.SendAsync(request);

        Assert.Equal(HttpStatusCode.NotModified, response.StatusCode);
    }

    [Theory]
    [MemberData(nameof(Databases))]
    public async Task Get_Wait_IsAnsweredWhenTheLastPhotoEnds(string database)
    {
        await using var batches = await BatchServer.StartAsync(database);
        var batch = await batches.PostPhotosAsync(2);
        var rows = await batches.RowsAsync(batch.Id);
        var waiting = batches.GetAsync(batch.Id, "?wait=60");
        await WatchedAsync(batches, 1);

        await batches.Server.CompleteInStoreAsync(rows[0].Id, IdentificationStatus.Succeeded, "", 1);
        await Task.WhenAny(waiting, Task.Delay(200));
        Assert.False(waiting.IsCompleted);
        await batches.Server.CompleteInStoreAsync(rows[1].Id, IdentificationStatus.Succeeded, "", 1);

        Assert.Equal(BatchStatus.Finished, (await waiting).Status);
        await WatchedAsync(batches, 0);
    }

    [Fact]
    public async Task Get_WaitWithKnownVersion_IsAnsweredAtTheNextChange()
    {
        await using var batches = await BatchServer.StartAsync();
        var batch = await batches.PostPhotosAsync(2);
        var rows = await batches.RowsAsync(batch.Id);
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{BatchServer.Path}/{batch.Id}?wait=60");
        request.Headers.Add("If-None-Match", "\"0\"");
        var waiting = batches.Client.SendAsync(request);
        await WatchedAsync(batches, 1);

        await batches.Server.CompleteInStoreAsync(rows[0].Id, IdentificationStatus.Failed, FailureCodes.CorruptedImage, 1);

        using var response = await waiting;
        Assert.Equal(1, (await response.JsonAsync<Batch>()).Counts.Failed);
    }

    [Fact]
    public async Task Get_WaitIsOver_AnswersHowItStands()
    {
        await using var batches = await BatchServer.StartAsync();
        var batch = await batches.PostPhotosAsync(2);

        Assert.Equal(BatchStatus.Processing, (await batches.GetAsync(batch.Id, "?wait=0.2")).Status);
    }

    [Fact]
    public async Task Get_ManyWaitForOneBatch_ItIsCountedForAllTogether()
    {
        await using var batches = await BatchServer.StartAsync();
        var batch = await batches.PostPhotosAsync(1);
        var waiting = Enumerable.Range(0, 50).Select(_ => batches.GetAsync(batch.Id, "?wait=60")).ToList();
        await WatchedAsync(batches, 1);

        await batches.Server.CompleteInStoreAsync((await batches.RowsAsync(batch.Id))[0].Id, IdentificationStatus.Succeeded, "", 1);

        Assert.All(await Task.WhenAll(waiting), answer => Assert.Equal(BatchStatus.Finished, answer.Status));
    }

    [Theory]
    [InlineData("", 404, "not_found")]
    [InlineData("?wait=61", 400, "malformed_request")]
    public async Task Get_NoSuchBatchOrBadWait_IsRefused(string query, int status, string code)
    {
        await using var batches = await BatchServer.StartAsync();

        using var unknown = await batches.Client.GetAsync($"{BatchServer.Path}/{Guid.NewGuid()}{query}");
        using var noId = await batches.Client.GetAsync($"{BatchServer.Path}/7");

        await unknown.ProblemAsync(status, code);
        await noId.ProblemAsync(404, "not_found");
    }

    [Theory]
    [MemberData(nameof(Databases))]
    public async Task List_Batches_IsNewestFirstInParts(string database)
    {
        await using var batches = await BatchServer.StartAsync(database);
        var posted = new List<Batch>();
        for (var i = 1; i <= 5; i++)
            posted.Add(await batches.PostPhotosAsync(i));
        await batches.Server.CompleteAsync((await batches.RowsAsync(posted[0].Id))[0].Id, IdentificationStatus.Succeeded);

        var first = await ListAsync(batches, "?limit=3");
        var second = await ListAsync(batches, $"?limit=3&cursor={first.NextCursor}");

        Assert.Equal([5, 4, 3], first.Items.Select(batch => batch.Total));
        Assert.Equal([2, 1], second.Items.Select(batch => batch.Total));
        Assert.Null(second.NextCursor);
        Assert.Equal((BatchStatus.Finished, 1, 0), (second.Items[1].Status, second.Items[1].Counts.Succeeded, second.Items[1].Counts.Queued));
        Assert.Equal(5, first.Items[0].Counts.Queued);
        Assert.All(first.Items, batch => Assert.Null(batch.Rejected));
        using var bad = await batches.Client.GetAsync($"{BatchServer.Path}?limit=51");
        await bad.ProblemAsync(400, "malformed_request");
    }

    [Theory]
    [MemberData(nameof(Databases))]
    public async Task List_OfAnIdempotencyKey_TellsWhetherTheBatchArrived(string database)
    {
        await using var batches = await BatchServer.StartAsync(database);
        await batches.PostPhotosAsync(1);
        var batch = await batches.PostAsync(ZipBuilder.Of(BatchServer.Photos(2)), key: "flight 7");

        Assert.Equal(batch.Id, Assert.Single((await ListAsync(batches, "?idempotencyKey=flight%207")).Items).Id);
        Assert.Empty((await ListAsync(batches, "?idempotencyKey=flight%208")).Items);
    }

    [Fact]
    public async Task List_IdentificationsOfABatch_AreFound()
    {
        await using var batches = await BatchServer.StartAsync();
        var batch = await batches.PostPhotosAsync(3);
        await batches.PostPhotosAsync(2);

        using var response = await batches.Client.GetAsync($"{IngestServer.Path}?batchId={batch.Id}");

        Assert.All((await response.JsonAsync<Page<Identification>>()).Items, photo => Assert.Equal(batch.Id, photo.BatchId));
    }

    private static async Task<Page<Batch>> ListAsync(BatchServer batches, string query)
    {
        using var response = await batches.Client.GetAsync(BatchServer.Path + query);
        return await response.JsonAsync<Page<Batch>>();
    }

    private static async Task<long> TagAsync(BatchServer batches, Guid id)
    {
        using var response = await batches.Client.GetAsync($"{BatchServer.Path}/{id}");
        return long.Parse(response.Headers.ETag!.Tag.Trim('"'), System.Globalization.CultureInfo.InvariantCulture);
    }

    /// <summary>Waits until so many batches are being counted.</summary>
    private static Task WatchedAsync(BatchServer batches, int count) => Eventually.UntilAsync(
        () => batches.Server.Services.GetRequiredService<BatchProgressFeed>().Count == count, TimeSpan.FromSeconds(60), $"{count} batches are being counted");
}
