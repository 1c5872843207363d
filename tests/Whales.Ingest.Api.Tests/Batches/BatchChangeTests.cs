using System.Net;
using Whales.Contracts;
using Whales.Ingest.Api.Tests.Hosting;
using Whales.Testing;

namespace Whales.Ingest.Api.Tests.Batches;

public sealed class BatchChangeTests
{
    public static TheoryData<string> Databases => BatchServer.Databases;

    [Theory]
    [MemberData(nameof(Databases))]
    public async Task Cancel_Batch_CancelsWhatWaitsAndTellsTheWorkers(string database)
    {
        await using var batches = await BatchServer.StartAsync(database);
        var batch = await batches.PostPhotosAsync(600);
        var other = await batches.PostPhotosAsync(1);
        var rows = await batches.RowsAsync(batch.Id);
        await batches.Server.CompleteAsync(rows[0].Id, IdentificationStatus.Succeeded);

        using var response = await batches.Client.PostAsync($"{BatchServer.Path}/{batch.Id}/cancel", null);

        var canceled = await response.JsonAsync<Batch>();
        Assert.Equal((0, 1, 599, BatchStatus.Finished), (canceled.Counts.Queued, canceled.Counts.Succeeded, canceled.Counts.Canceled, canceled.Status));
        Assert.Equal(1, (await batches.GetAsync(other.Id)).Counts.Queued);
        await Eventually.UntilAsync(() => batches.Server.Broadcast.Sent.Count == 599, TimeSpan.FromSeconds(60), "the workers are told of 599 photos");
        Assert.Contains(batches.Server.Logs.Lines, line => line.StartsWith($"Whales.Audit: 599 photos of batch {batch.Id} were canceled", StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Databases))]
    public async Task Delete_Batch_RemovesItsRowsPhotosAndKey(string database)
    {
        await using var batches = await BatchServer.StartAsync(database);
        var zip = ZipBuilder.Of(BatchServer.Photos(510));
        var batch = await batches.PostAsync(zip, key: "flight");
        var other = await batches.PostAsync(ZipBuilder.Of(("x.jpg", TestPhotos.Jpeg(seed: 9999))));

        using var deleted = await batches.Client.DeleteAsync($"{BatchServer.Path}/{batch.Id}");
        using var again = await batches.Client.DeleteAsync($"{BatchServer.Path}/{batch.Id}");
        using var read = await batches.Client.GetAsync($"{BatchServer.Path}/{batch.Id}");

        Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);
        await again.ProblemAsync(404, "not_found");
        await read.ProblemAsync(404, "not_found");
        Assert.Equal(other.Id, Assert.Single(await batches.Server.RowsAsync()).BatchId);
        Assert.Single(batches.Server.StoredFiles());
        Assert.NotEqual(batch.Id, (await batches.PostAsync(zip, key: "flight")).Id);
    }

    [Theory]
    [MemberData(nameof(Databases))]
    public async Task Retry_OfABatch_SendsItsFailedPhotosRound(string database)
    {
        await using var batches = await BatchServer.StartAsync(database);
        var batch = await batches.PostPhotosAsync(3);
        var other = await batches.PostPhotosAsync(1);
        foreach (var row in (await batches.RowsAsync(batch.Id)).Take(2).Concat(await batches.RowsAsync(other.Id)))
            await batches.Server.CompleteAsync(row.Id, IdentificationStatus.Failed);

        using var response = await batches.Client.PostAsync($"{IngestServer.Path}/retry?batchId={batch.Id}", null);

        Assert.Equal(2, (await response.JsonAsync<ChangedCount>()).Count);
        Assert.Equal((3, 0), ((await batches.GetAsync(batch.Id)).Counts.Queued, (await batches.GetAsync(batch.Id)).Counts.Failed));
        Assert.Equal(1, (await batches.GetAsync(other.Id)).Counts.Failed);
        using var bad = await batches.Client.PostAsync($"{IngestServer.Path}/retry?batchId=7", null);
        await bad.ProblemAsync(400, "malformed_request");
    }

    [Theory]
    [InlineData("POST", "/cancel")]
    [InlineData("DELETE", "")]
    [InlineData("GET", "/results")]
    public async Task Change_NoSuchBatch_IsRefused(string method, string path)
    {
        await using var batches = await BatchServer.StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Parse(method), $"{BatchServer.Path}/{Guid.NewGuid()}{path}");

        using var response = await batches.Client.SendAsync(request);

        await response.ProblemAsync(404, "not_found");
    }
}
