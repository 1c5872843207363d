using System.Net;
using Whales.Contracts;
using Whales.Ingest.Api.Tests.Hosting;
using Whales.Testing;

namespace Whales.Ingest.Api.Tests.Batches;

public sealed class BatchIdempotencyTests
{
    public static TheoryData<string> Databases => BatchServer.Databases;

    [Theory]
    [MemberData(nameof(Databases))]
    public async Task Post_SameKeyAgain_AnswersTheFirstBatch(string database)
    {
        await using var batches = await BatchServer.StartAsync(database);
        var zip = ZipBuilder.Of(BatchServer.Photos(3));
        var first = await batches.PostAsync(zip, key: "flight-7");

        using var again = BatchServer.Zip(zip, key: "flight-7");
        using var replayed = await batches.Client.SendAsync(again);
        using var asForm = new HttpRequestMessage(HttpMethod.Post, BatchServer.Path) { Content = BatchServer.Form(("flight.zip", zip)) };
        asForm.Headers.Add("Idempotency-Key", "flight-7");
        using var replayedForm = await batches.Client.SendAsync(asForm);
        using var other = BatchServer.Zip(ZipBuilder.Of(BatchServer.Photos(2)), key: "flight-7");
        using var mismatch = await batches.Client.SendAsync(other);
        using var otherModel = BatchServer.Zip(zip, $"?model={IngestServer.OtherModel}", key: "flight-7");
        using var mismatchOfModel = await batches.Client.SendAsync(otherModel);

        var answer = await replayed.JsonAsync<Batch>(HttpStatusCode.Accepted);
        Assert.Equal((first.Id, "true"), (answer.Id, Assert.Single(replayed.Headers.GetValues("Idempotent-Replayed"))));
        Assert.Equal(first.Id, (await replayedForm.JsonAsync<Batch>(HttpStatusCode.Accepted)).Id);
        await mismatch.ProblemAsync(409, "idempotency_mismatch");
        await mismatchOfModel.ProblemAsync(409, "idempotency_mismatch");
        Assert.Equal(3, (await batches.Server.RowsAsync()).Count);
        Assert.Equal(3, batches.Server.StoredFiles().Count);
    }

    [Theory]
    [MemberData(nameof(Databases))]
    public async Task Post_KeyOfARefusedBatch_IsFree(string database)
    {
        await using var batches = await BatchServer.StartAsync(database);
        await batches.RefusedAsync(ZipBuilder.Of(), 400, "empty_archive");

        var batch = await batches.PostAsync(ZipBuilder.Of(BatchServer.Photos(1)), key: "refused");

        Assert.Equal(1, batch.Total);
    }

    [Fact]
    public async Task Post_SameKeyWhileTheFirstUploads_IsInProgress()
    {
        await using var batches = await BatchServer.StartAsync();
        var zip = ZipBuilder.Of(BatchServer.Photos(1));
        var slow = new SlowContent(zip);
        using var first = new HttpRequestMessage(HttpMethod.Post, BatchServer.Path) { Content = slow };
        first.Headers.Add("Idempotency-Key", "slow");
        var sending = batches.Client.SendAsync(first);
        await slow.Begun;
        await batches.ClaimedAsync();

        using var second = BatchServer.Zip(zip, key: "slow");
        using var refused = await batches.Client.SendAsync(second);
        slow.Finish();
        using var accepted = await sending;

        await refused.ProblemAsync(409, "idempotency_in_progress");
        Assert.Equal(HttpStatusCode.Accepted, accepted.StatusCode);
    }

    [Fact]
    public async Task Post_ClientGoesAwayInMidUpload_LeavesNothing()
    {
        await using var batches = await BatchServer.StartAsync();
        var slow = new SlowContent(ZipBuilder.Of(BatchServer.Photos(1)));
        using var request = new HttpRequestMessage(HttpMethod.Post, BatchServer.Path) { Content = slow };
        request.Headers.Add("Idempotency-Key", "gone");
        using var gone = new CancellationTokenSource();
        var sending = batches.Client.SendAsync(request, gone.Token);
        await slow.Begun;
        await batches.ClaimedAsync();

        await gone.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sending);

        await Eventually.UntilAsync(
            async () =>
            {
                using var again = BatchServer.Zip(ZipBuilder.Of(), key: "gone");
                using var response = await batches.Client.SendAsync(again);
                return response.StatusCode == HttpStatusCode.BadRequest;
            },
            TimeSpan.FromSeconds(60),
            "the key is free again");
        await batches.AssertNothingIsLeftAsync();
    }
}
