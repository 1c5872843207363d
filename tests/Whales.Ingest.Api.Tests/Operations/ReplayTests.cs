using System.Globalization;
using Whales.Contracts;
using Whales.Ingest.Api.Operations;
using Whales.Ingest.Api.Storage;
using Whales.Ingest.Api.Tests.Hosting;
using Whales.Ingest.Api.Tests.Storage;

namespace Whales.Ingest.Api.Tests.Operations;

/// <summary>Sending many failed photos round again, and choosing them.</summary>
public sealed class ReplayTests : IAsyncLifetime
{
    private IngestServer _server = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _server = await IngestServer.StartAsync();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task RetryMany_ByBatchAndTime_ChoosesAmongTheFailed()
    {
        var batch = Guid.CreateVersion7();
        var inBatch = await FailedAsync(StoreRows.Row(0) with { BatchId = batch });
        var early = await FailedAsync(StoreRows.Row(10));
        var inTime = await FailedAsync(StoreRows.Row(20));
        var late = await FailedAsync(StoreRows.Row(30));

        Assert.Equal(1, (await RetryAsync($"?batchId={batch}")).Count);
        Assert.Equal(1, (await RetryAsync($"?after={At(20)}&before={At(30)}")).Count);

        Assert.Equal(IdentificationStatus.Queued, await StatusAsync(inBatch));
        Assert.Equal(IdentificationStatus.Failed, await StatusAsync(early));
        Assert.Equal(IdentificationStatus.Queued, await StatusAsync(inTime));
        Assert.Equal(IdentificationStatus.Failed, await StatusAsync(late));
    }

    [Fact]
    public async Task ListAndPurge_ByTime_ChooseTheSame()
    {
        var early = await FailedAsync(StoreRows.Row(10));
        var inTime = await FailedAsync(StoreRows.Row(20));
        var late = await FailedAsync(StoreRows.Row(30));
        var query = $"?status=failed&after={At(20)}&before={At(30)}";

        using var list = await _server.Client.GetAsync(IngestServer.Path + query, Cancel);
        Assert.Equal(inTime, Assert.Single((await list.JsonAsync<Page<Identification>>()).Items).Id);
        using var purge = await _server.Client.DeleteAsync(IngestServer.Path + query, Cancel);
        Assert.Equal(1, (await purge.JsonAsync<ChangedCount>()).Count);

        Assert.Equal([late, early], (await _server.RowsAsync()).Select(row => row.Id));
    }

    [Theory]
    [InlineData("after=yesterday")]
    [InlineData("before=2026-11-22")]
    [InlineData("before=2026-11-22T09:30:00")]
    [InlineData("batchId=1")]
    public async Task RetryMany_FilterCannotBeRead_IsRefused(string query)
    {
        var failed = await FailedAsync(StoreRows.Row());

        using var response = await _server.Client.PostAsync($"{IngestServer.Path}/retry?{query}", null, Cancel);

        await response.ProblemAsync(400, ErrorCodes.MalformedRequest);
        Assert.Equal(IdentificationStatus.Failed, await StatusAsync(failed));
    }

    [Fact]
    public async Task RetryMany_MoreThanItsTimeAllows_AnswersWithWhatItDidAndGoesOnNextTime()
    {
        await using var slow = await IngestServer.StartAsync(new() { ["Replay:PhotosPerSecond"] = "5", ["Replay:RequestTime"] = "00:00:01" });
        for (var i = 0; i < 12; i++)
            await FailedAsync(StoreRows.Row(i), slow);

        var counts = new List<int>();
        ChangedCount answer;
        do
        {
            using var response = await slow.Client.PostAsync($"{IngestServer.Path}/retry", null, Cancel);
            answer = await response.JsonAsync<ChangedCount>();
            counts.Add(answer.Count);
        }
        while (answer.More);

        Assert.Equal(12, counts.Sum());
        // One at once, a second's five, and one that was begun just before the second ended; however slow the machine is, never more.
        Assert.All(counts, count => Assert.InRange(count, 0, 7));
        Assert.All(await slow.RowsAsync(), row => Assert.Equal((IdentificationStatus.Queued, 2), (row.Status, row.Attempt)));
    }

    [Fact]
    public void WaitAsync_PartAfterPart_IsBookedAtThePace()
    {
        var clock = new StillClock();
        var pace = new ReplayPace(Microsoft.Extensions.Options.Options.Create(new ReplayOptions { PhotosPerSecond = 100 }), clock);

        var first = pace.WaitAsync(Cancel);
        var second = pace.WaitAsync(Cancel);
        var third = pace.WaitAsync(Cancel);

        Assert.Equal(10, pace.Part);
        Assert.True(first.IsCompleted);
        Assert.False(second.IsCompleted);
        Assert.False(third.IsCompleted);
        Assert.Equal([TimeSpan.FromSeconds(0.1), TimeSpan.FromSeconds(0.2)], clock.Asked);
    }

    [Fact]
    public async Task Retry_PhotoNoLongerKept_IsRefusedAndReplaysPassItOver()
    {
        var id = await FailedAsync(StoreRows.Row());
        var store = (RetentionStore)_server.Services.GetService(typeof(RetentionStore))!;
        Assert.Single(await store.TakePhotosAsync(DateTimeOffset.UtcNow, DateTimeOffset.UtcNow, 10, Cancel));

        using var one = await _server.Client.PostAsync($"{IngestServer.Path}/{id}/retry", null, Cancel);
        Assert.Contains("no longer kept", await one.ProblemAsync(409, ErrorCodes.InvalidState), StringComparison.Ordinal);
        Assert.Equal(new ChangedCount { Count = 0, More = false }, await RetryAsync(""));
        Assert.Equal(IdentificationStatus.Failed, await StatusAsync(id));
    }

    private static string At(int minute) => StoreRows.Noon.AddMinutes(minute).ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);

    private async Task<Guid> FailedAsync(IdentificationRow row, IngestServer? server = null)
    {
        var store = (server ?? _server).Store;
        await store.InsertAsync([row], Cancel);
        await store.CompleteAsync([StoreRows.Failed(row)], Cancel);
        return row.Id;
    }

    private async Task<ChangedCount> RetryAsync(string query)
    {
        using var response = await _server.Client.PostAsync($"{IngestServer.Path}/retry{query}", null, Cancel);
        return await response.JsonAsync<ChangedCount>();
    }

    private async Task<IdentificationStatus> StatusAsync(Guid id) => (await _server.Store.FindAsync(id, Cancel))!.Status;

    /// <summary>Stands still, while the clock on the wall is set back by an hour whenever somebody looks; notes which delays it was asked for.</summary>
    private sealed class StillClock : TimeProvider
    {
        private DateTimeOffset _wall = StoreRows.Noon;

        public List<TimeSpan> Asked { get; } = [];

        public override DateTimeOffset GetUtcNow() => _wall -= TimeSpan.FromHours(1);

        public override long GetTimestamp() => 0;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            Asked.Add(dueTime);
            return System.CreateTimer(callback, state, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }
    }
}
