using Whales.Contracts;
using Whales.Ingest.Api.Storage;
using static Whales.Ingest.Api.Tests.Storage.StoreRows;

namespace Whales.Ingest.Api.Tests.Storage;

public abstract partial class IdentificationStoreTests
{
    private RetentionStore Retention => new(Database);

    [Fact]
    public async Task TakePhotosAsync_OldAndYoungAndWaiting_TakesOldFinishedOnesOnceAndInParts()
    {
        var old = await FinishedAsync(Row(0));
        var older = await FinishedAsync(Row(-10));
        var young = await FinishedAsync(Row(60));
        var waiting = await InsertedAsync(Row(-20));
        var retried = await FinishedAsync(Row(-30), failed: true);
        await Store.RetryAsync(retried.Id, Noon.AddHours(2), Cancel);

        Assert.Equal([older.ImageKey], await Retention.TakePhotosAsync(Noon.AddMinutes(30), Noon.AddDays(1), 1, Cancel));
        Assert.Equal([old.ImageKey], await Retention.TakePhotosAsync(Noon.AddMinutes(30), Noon.AddDays(1), 10, Cancel));
        Assert.Empty(await Retention.TakePhotosAsync(Noon.AddMinutes(30), Noon.AddDays(1), 10, Cancel));

        // What was taken belongs to nobody now, so that the sweep of orphans may have it; the rows stay.
        IdentificationRow[] all = [old, older, young, waiting, retried];
        var known = await Store.KnownImageKeysAsync([.. all.Select(row => row.ImageKey)], Cancel);
        Assert.Equal(new[] { young.ImageKey, waiting.ImageKey, retried.ImageKey }.Order(), known.Order());
        Assert.All(all, row => Assert.NotNull(Store.FindAsync(row.Id, Cancel).Result));
    }

    [Fact]
    public async Task RetryAsync_PhotoWasTaken_ChangesNothing()
    {
        var failed = await FinishedAsync(Row(), failed: true);
        await Retention.TakePhotosAsync(Noon.AddHours(1), Noon.AddHours(2), 10, Cancel);

        var (row, changed) = (await Store.RetryAsync(failed.Id, Noon.AddHours(3), Cancel))!.Value;

        Assert.False(changed);
        Assert.Equal(IdentificationStatus.Failed, row.Status);
        Assert.Empty(await new ReplayStore(Database).ReplayAsync(new ReplayFilter(), 10, Noon.AddHours(3), Cancel));
    }

    [Fact]
    public async Task RemoveRowsAsync_OldRows_GoWithAllThatBelongsToThem()
    {
        var old = Row() with { IdempotencyKey = "k", Fingerprint = "f" };
        await Store.ClaimAsync(Claim(old.Id, "k"), Noon.AddDays(-1), Noon.AddDays(-1), Cancel);
        await FinishedAsync(old, failed: true);
        var young = await FinishedAsync(Row(60));
        var waiting = await InsertedAsync(Row(-20));

        var (keys, more) = await Retention.RemoveRowsAsync(Noon.AddMinutes(30), 2, Cancel);

        Assert.Equal([old.ImageKey], keys);
        Assert.False(more);
        Assert.Null(await Store.FindAsync(old.Id, Cancel));
        Assert.NotNull(await Store.FindAsync(young.Id, Cancel));
        Assert.NotNull(await Store.FindAsync(waiting.Id, Cancel));
        Assert.Empty(await new FaultStore(Database).ListAsync(old.Id, Cancel));
        // The key is free for another photo.
        var claim = Claim(Guid.CreateVersion7(), "k", at: Noon.AddDays(9));
        Assert.Equal(claim.IdentificationId, (await Store.ClaimAsync(claim, Noon, Noon, Cancel)).IdentificationId);
    }

    [Fact]
    public async Task RemoveRowsAsync_TwoReplicasAtOnce_EachRowIsRemovedByOne()
    {
        for (var i = 0; i < 60; i++)
            await FinishedAsync(Row(i));
        await using var other = new IdentificationStore(OpenDatabase(), TimeProvider.System);

        var removed = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Retention.RemoveRowsAsync(Noon.AddDays(1), 40, Cancel)));

        var keys = removed.SelectMany(part => part.ImageKeys).ToList();
        Assert.Equal(keys.Distinct(), keys);
        while ((await Retention.RemoveRowsAsync(Noon.AddDays(1), 40, Cancel)).More)
        {
        }

        Assert.Empty(await Store.ListAsync(new IdentificationFilter { Limit = 10 }, Cancel));
    }

    [Fact]
    public async Task Lease_OneHolder_IsItsOwnUntilItEnds()
    {
        var one = new LeaseStore(Database);
        var two = new LeaseStore(Database);

        Assert.True(await one.TryTakeAsync("work", Noon, Noon.AddMinutes(1), Cancel));
        Assert.False(await two.TryTakeAsync("work", Noon.AddSeconds(59), Noon.AddMinutes(2), Cancel));
        Assert.True(await one.TryTakeAsync("work", Noon.AddSeconds(59), Noon.AddMinutes(2), Cancel));
        Assert.True(await two.TryTakeAsync("other", Noon, Noon.AddMinutes(1), Cancel));
        // Its holder died.
        Assert.True(await two.TryTakeAsync("work", Noon.AddMinutes(2), Noon.AddMinutes(3), Cancel));
        await one.ReleaseAsync("work", Cancel);
        Assert.False(await one.TryTakeAsync("work", Noon.AddMinutes(2), Noon.AddMinutes(3), Cancel));
        await two.ReleaseAsync("work", Cancel);
        Assert.True(await one.TryTakeAsync("work", Noon.AddMinutes(2), Noon.AddMinutes(3), Cancel));
    }

    [Fact]
    public async Task Faults_OfFailuresAndEndedWorkers_AreKeptOnceAndGoWithTheRow()
    {
        var faults = new FaultStore(Database);
        var row = await FinishedAsync(Row(), failed: true);
        await Store.CompleteAsync([Failed(row, FailureCodes.InternalError, afterMs: 900)], Cancel);
        await Store.RetryAsync(row.Id, Noon.AddMinutes(1), Cancel);
        var ended = new PhotoEndedWorker { IdentificationId = row.Id, Attempt = 2, Worker = "gpu-1:7", OccurredAt = Noon.AddMinutes(2) };
        await faults.AddAsync(ended, Cancel);
        await faults.AddAsync(ended, Cancel);
        await faults.AddAsync(ended with { IdentificationId = Guid.CreateVersion7() }, Cancel);

        Assert.Equal(
            [(1, FailureCodes.CorruptedImage, "worker-2"), (2, AttemptFault.WorkerEnded, "gpu-1:7")],
            (await faults.ListAsync(row.Id, Cancel)).Select(fault => (fault.Attempt, fault.Code, fault.Worker!)));

        await Store.DeleteAsync(row.Id, Cancel);
        Assert.Empty(await faults.ListAsync(row.Id, Cancel));
    }

    [Fact]
    public async Task ReplayAsync_FilteredAndLimited_TakesTheOldestFirst()
    {
        var replays = new ReplayStore(Database);
        var batch = Guid.CreateVersion7();
        var rows = new List<IdentificationRow>();
        for (var i = 0; i < 4; i++)
            rows.Add(await FinishedAsync(Row(i) with { BatchId = batch }, failed: true));
        await FinishedAsync(Row(9, "efficientnet_v1"), failed: true);
        await FinishedAsync(Row(10));
        var filter = new ReplayFilter { Model = "resnet101", Code = FailureCodes.CorruptedImage, BatchId = batch, After = Noon.AddMinutes(1), Before = Noon.AddMinutes(4) };

        var first = await replays.ReplayAsync(filter, 2, Noon.AddHours(1), Cancel);
        var second = await replays.ReplayAsync(filter, 2, Noon.AddHours(1), Cancel);

        Assert.Equal(rows[1..3].Select(row => new AttemptId(row.Id, 2)), first.OrderBy(attempt => attempt.Id));
        Assert.Equal([new AttemptId(rows[3].Id, 2)], second);
        Assert.Empty(await replays.ReplayAsync(filter, 2, Noon.AddHours(1), Cancel));
        Assert.Equal(2, (await replays.ReplayAsync(new ReplayFilter(), 10, Noon.AddHours(1), Cancel)).Count);
    }

    private async Task<IdentificationRow> FinishedAsync(IdentificationRow row, bool failed = false)
    {
        await InsertedAsync(row);
        await Store.CompleteAsync([failed ? Failed(row) : Succeeded(row)], Cancel);
        return row;
    }
}
