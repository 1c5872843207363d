using Whales.Contracts;
using Whales.Ingest.Api.Storage;
using static Whales.Ingest.Api.Tests.Storage.StoreRows;

namespace Whales.Ingest.Api.Tests.Storage;

/// <summary>The relay's side: leases, sent, unsent, waiting, expired.</summary>
public abstract partial class IdentificationStoreTests
{
    private Task<IReadOnlyList<IdentificationRow>> LeaseAsync(DateTimeOffset now, int limit = 10) =>
        Store.LeaseUnsentAsync(limit, now, now.AddSeconds(30), Cancel);

    [Fact]
    public async Task LeaseUnsentAsync_SomeAreLeasedSentOrFinal_GivesTheOthersOldestFirst()
    {
        var sent = Row(0) with { SentAt = Noon };
        var leased = Row(1) with { LeasedUntil = Noon.AddHours(1) };
        var final = Row(2) with { Status = IdentificationStatus.Canceled };
        var free = Row(4);
        var ranOut = Row(3) with { LeasedUntil = Noon.AddMinutes(10) };
        await Store.InsertAsync([sent, leased, final, free, ranOut], Cancel);

        var rows = await LeaseAsync(Noon.AddMinutes(10));

        Assert.Equal([ranOut.Id, free.Id], rows.Select(row => row.Id));
        Assert.All(rows, row => Assert.Equal(Noon.AddMinutes(10).AddSeconds(30), row.LeasedUntil));
        Assert.Empty(await LeaseAsync(Noon.AddMinutes(10)));
        Assert.Equal(2, (await LeaseAsync(Noon.AddMinutes(11))).Count);
    }

    [Fact]
    public async Task LeaseUnsentAsync_MoreThanTheLimit_GivesTheOldest()
    {
        var rows = Enumerable.Range(0, 5).Select(i => Row(i)).ToList();
        await Store.InsertAsync(rows, Cancel);

        Assert.Equal(rows.Take(3).Select(row => row.Id), (await LeaseAsync(Noon, 3)).Select(row => row.Id));
        Assert.Equal(rows.Skip(3).Select(row => row.Id), (await LeaseAsync(Noon, 3)).Select(row => row.Id));
    }

    [Fact]
    public async Task LeaseUnsentAsync_ManyRelaysAtOnce_GivesEachRowToOne()
    {
        var rows = Enumerable.Range(0, 200).Select(i => Row(Noon.AddMilliseconds(i))).ToList();
        await Store.InsertAsync(rows, Cancel);
        await using var replica = new IdentificationStore(OpenDatabase(), TimeProvider.System);

        var leases = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => Task.Run(() =>
            (i % 2 == 0 ? Store : replica).LeaseUnsentAsync(20, Noon, Noon.AddMinutes(1), Cancel))));
        // Relays that met on the same rows pass over them, so that a few may be left for the next round.
        var rest = await Store.LeaseUnsentAsync(200, Noon, Noon.AddMinutes(1), Cancel);

        var all = leases.SelectMany(lease => lease).Concat(rest).Select(row => row.Id).ToList();
        Assert.Equal(200, all.Count);
        Assert.Equal(200, all.Distinct().Count());
    }

    [Fact]
    public async Task MarkSentAsync_OfQueuedRows_EndsTheirLease()
    {
        var row = await InsertedAsync(Row() with { LeasedUntil = Noon.AddMinutes(1) });
        var retried = await InsertedAsync(Row(1) with { Attempt = 2 });

        await Store.MarkSentAsync([new AttemptId(row.Id, 1), new AttemptId(retried.Id, 1)], Noon.AddSeconds(1), Cancel);

        Assert.Equal(Noon.AddSeconds(1), (await FoundAsync(row)).SentAt);
        Assert.Null((await FoundAsync(row)).LeasedUntil);
        Assert.Null((await FoundAsync(retried)).SentAt);
        Assert.Equal([retried.Id], (await LeaseAsync(Noon.AddHours(1))).Select(left => left.Id));
    }

    [Fact]
    public async Task MarkUnsentAsync_OfALane_FreesItsQueuedRowsSentBefore()
    {
        var lost = await InsertedAsync(Row(0) with { SentAt = Noon });
        var later = await InsertedAsync(Row(1) with { SentAt = Noon.AddHours(1) });
        var final = await InsertedAsync(Row(2) with { SentAt = Noon, Status = IdentificationStatus.Succeeded });
        var other = await InsertedAsync(Row(3, "efficientnet_v1") with { SentAt = Noon });
        var bulk = await InsertedAsync(Row(4) with { SentAt = Noon, Lane = Lane.Bulk });

        Assert.Equal(1, await Store.MarkUnsentAsync("resnet101", Lane.Interactive, Noon.AddMinutes(1), Cancel));

        Assert.Null((await FoundAsync(lost)).SentAt);
        await Assert.AllAsync([later, final, other, bulk], async row => Assert.NotNull((await FoundAsync(row)).SentAt));
        Assert.Equal(3, await Store.MarkAllUnsentAsync(Noon.AddHours(2), Cancel));
        Assert.Equal([lost.Id, later.Id, other.Id, bulk.Id], (await LeaseAsync(Noon)).Select(row => row.Id));
    }

    [Fact]
    public async Task CountWaitingAsync_SeveralModelsAndLanes_CountsQueuedRows()
    {
        await Store.InsertAsync(
            [
                Row(3), Row(1), Row(2) with { Lane = Lane.Bulk }, Row(4, "efficientnet_v1") with { SentAt = Noon },
                Row(0) with { Status = IdentificationStatus.Succeeded },
            ],
            Cancel);

        Assert.Equal(
            [
                new WaitingCount("efficientnet_v1", Lane.Interactive, 1, 0, Noon.AddMinutes(4)),
                new WaitingCount("resnet101", Lane.Bulk, 1, 1, Noon.AddMinutes(2)),
                new WaitingCount("resnet101", Lane.Interactive, 2, 2, Noon.AddMinutes(1)),
            ],
            await Store.CountWaitingAsync(Cancel));
    }

    [Fact]
    public async Task ExpireAsync_SomeAreLate_ExpiresQueuedOnesUpToTheLimit()
    {
        var first = await InsertedAsync(Row(0) with { ExpiresAt = Noon.AddMinutes(5), Attempt = 2 });
        var second = await InsertedAsync(Row(1) with { ExpiresAt = Noon.AddMinutes(6) });
        var later = await InsertedAsync(Row(2) with { ExpiresAt = Noon.AddMinutes(60) });
        var final = await InsertedAsync(Row(3) with { ExpiresAt = Noon.AddMinutes(4), Status = IdentificationStatus.Succeeded });
        await InsertedAsync(Row(4));

        Assert.Equal([new AttemptId(first.Id, 2)], await Store.ExpireAsync(Noon.AddMinutes(7), 1, Cancel));
        Assert.Equal([new AttemptId(second.Id, 1)], await Store.ExpireAsync(Noon.AddMinutes(7), 10, Cancel));
        Assert.Empty(await Store.ExpireAsync(Noon.AddMinutes(7), 10, Cancel));

        Assert.Equal(IdentificationStatus.Expired, (await FoundAsync(first)).Status);
        Assert.Equal(Noon.AddMinutes(7), (await FoundAsync(first)).CompletedAt);
        Assert.Equal(IdentificationStatus.Queued, (await FoundAsync(later)).Status);
        Assert.Equal(IdentificationStatus.Succeeded, (await FoundAsync(final)).Status);
    }
}
