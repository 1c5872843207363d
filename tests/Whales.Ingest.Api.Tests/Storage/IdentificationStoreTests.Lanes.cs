using Whales.Contracts;
using Whales.Ingest.Api.Storage;
using static Whales.Ingest.Api.Tests.Storage.StoreRows;

namespace Whales.Ingest.Api.Tests.Storage;

public abstract partial class IdentificationStoreTests
{
    [Fact]
    public async Task LeaseUnsentAsync_TenThousandBulkRowsAreOlder_AnInteractiveRowDoesNotWaitForThem()
    {
        await Store.InsertAsync([.. Enumerable.Range(0, 10_000).Select(i => Row(Noon.AddMilliseconds(i)) with { Lane = Lane.Bulk })], Cancel);
        var asked = await InsertedAsync(Row(Noon.AddHours(1)));

        Assert.Equal([asked.Id], (await LeaseAsync(Noon.AddHours(2))).Select(row => row.Id));
        Assert.All(await LeaseAsync(Noon.AddHours(2), lane: Lane.Bulk), row => Assert.Equal(Lane.Bulk, row.Lane));
    }

    [Fact]
    public async Task LaneStore_Count_TellsEachLaneOfEachModel()
    {
        var lanes = new LaneStore(Database);
        for (var i = 0; i < 5; i++)
            await InsertedAsync(Row(i) with { Lane = i < 2 ? Lane.Interactive : Lane.Bulk });
        await InsertedAsync(Row(9, "efficientnet_v1"));
        await InsertedAsync(Row(10) with { Status = IdentificationStatus.Failed, CompletedAt = Noon });

        Assert.Equal(
            [new LaneCount("efficientnet_v1", Lane.Interactive, 1), new LaneCount("resnet101", Lane.Bulk, 3), new LaneCount("resnet101", Lane.Interactive, 2)],
            (await lanes.CountAsync(Cancel)).OrderBy(count => count.Model).ThenByDescending(count => count.Lane));
    }

    [Fact]
    public async Task LaneStore_CountFinished_TakesWhatWorkersFinishedInThatTime()
    {
        var lanes = new LaneStore(Database);
        var finished = new[]
        {
            (IdentificationStatus.Succeeded, 0), (IdentificationStatus.Succeeded, 1), (IdentificationStatus.Failed, 2), (IdentificationStatus.Canceled, 2), (IdentificationStatus.Succeeded, 3),
        };
        foreach (var (status, second) in finished)
            await InsertedAsync(Row() with { Status = status, CompletedAt = Noon.AddSeconds(second) });

        Assert.Equal([new LaneCount("resnet101", Lane.Interactive, 2)], await lanes.CountFinishedAsync(Noon, Noon.AddSeconds(2), Cancel));
        Assert.Empty(await lanes.CountFinishedAsync(Noon.AddSeconds(3), Noon.AddSeconds(9), Cancel));
    }

    [Fact]
    public async Task LaneStore_Marks_AreEachNthRowOfTheLineInItsOrder()
    {
        var lanes = new LaneStore(Database);
        // Two of each moment: the id decides between them.
        var rows = Enumerable.Range(0, 20).Select(i => Row(Noon.AddSeconds(i / 2)) with { Lane = Lane.Bulk }).ToList();
        await Store.InsertAsync(rows, Cancel);
        await InsertedAsync(Row(-5));
        var line = rows.Select(row => new LaneMark(row.QueuedAt, row.Id)).Order().ToList();

        Assert.Equal(line, await lanes.MarksAsync("resnet101", Lane.Bulk, 1, Cancel));
        Assert.Equal([line[0], line[7], line[14]], await lanes.MarksAsync("resnet101", Lane.Bulk, 7, Cancel));
        Assert.Empty(await lanes.MarksAsync("efficientnet_v1", Lane.Bulk, 1, Cancel));
    }
}
