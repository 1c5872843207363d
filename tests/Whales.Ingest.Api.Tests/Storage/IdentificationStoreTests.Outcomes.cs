using Whales.Contracts;
using Whales.Ingest.Api.Storage;
using static Whales.Ingest.Api.Tests.Storage.StoreRows;

namespace Whales.Ingest.Api.Tests.Storage;

/// <summary>Final states, retries, removal.</summary>
public abstract partial class IdentificationStoreTests
{
    [Fact]
    public async Task CompleteAsync_QueuedRow_HasTheOutcomeAndItsTotalTime()
    {
        var row = await InsertedAsync(Row() with { SentAt = Noon, LeasedUntil = Noon });
        var outcome = Succeeded(row, afterMs: 730);

        Assert.Equal([true], await Store.CompleteAsync([outcome], Cancel));

        AssertSame(
            row with
            {
                Status = IdentificationStatus.Succeeded,
                CompletedAt = Noon.AddMilliseconds(730),
                LeasedUntil = null,
                ModelVersion = outcome.ModelVersion,
                CatalogueVersion = outcome.CatalogueVersion,
                Result = outcome.Result,
                Timings = outcome.Timings! with { TotalMs = 730 },
                Worker = outcome.Worker,
            },
            await FoundAsync(row));
    }

    [Fact]
    public async Task CompleteAsync_ListWithStaleRepeatedAndUnknownOutcomes_TellsWhichCounted()
    {
        var one = await InsertedAsync(Row(1));
        var two = await InsertedAsync(Row(2) with { Attempt = 2 });
        var done = await InsertedAsync(Row(3) with { Status = IdentificationStatus.Canceled });

        var changed = await Store.CompleteAsync(
            [Failed(two, attempt: 1), Failed(two), Succeeded(one), Succeeded(done), Failed(one), Succeeded(Row(4)), Succeeded(two)], Cancel);

        Assert.Equal([false, true, true, false, false, false, false], changed);
        Assert.Equal(IdentificationStatus.Succeeded, (await FoundAsync(one)).Status);
        Assert.Null((await FoundAsync(one)).Error);
        Assert.Equal(IdentificationStatus.Failed, (await FoundAsync(two)).Status);
        Assert.Equal(IdentificationStatus.Canceled, (await FoundAsync(done)).Status);
    }

    [Fact]
    public async Task CompleteAsync_SameRowsInOpposingListsAtOnce_EachRowEndsOnce()
    {
        for (var round = 0; round < 5; round++)
        {
            var rows = Enumerable.Range(0, 20).Select(i => Row((round * 20) + i)).ToList();
            await Store.InsertAsync(rows, Cancel);

            var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => Task.Run(() =>
                Store.CompleteAsync([.. (i % 2 == 0 ? rows : Enumerable.Reverse(rows)).Select(row => Succeeded(row))], Cancel))));

            Assert.Equal(20, answers.Sum(answer => answer.Count(changed => changed)));
        }
    }

    [Fact]
    public async Task CompleteAsync_AsQueued_Throws()
    {
        var row = await InsertedAsync(Row());

        await Assert.ThrowsAsync<ArgumentException>(
            () => Store.CompleteAsync([Succeeded(row) with { Status = IdentificationStatus.Queued }], Cancel));
    }

    [Theory]
    [InlineData(IdentificationStatus.Failed)]
    [InlineData(IdentificationStatus.Canceled)]
    [InlineData(IdentificationStatus.Expired)]
    public async Task RetryAsync_EndedRow_IsQueuedAgainWithNothingOfTheOldAttempt(IdentificationStatus status)
    {
        var row = await InsertedAsync(FullRow() with { Status = status });

        var answer = await Store.RetryAsync(row.Id, Noon.AddMinutes(5), Cancel);

        Assert.True(answer!.Value.Changed);
        var expected = row with
        {
            Status = IdentificationStatus.Queued,
            Attempt = 4,
            QueuedAt = Noon.AddMinutes(5),
            CompletedAt = null,
            SentAt = null,
            LeasedUntil = null,
            ModelVersion = null,
            CatalogueVersion = null,
            Result = null,
            Error = null,
            Timings = null,
            Worker = null,
        };
        AssertSame(expected, answer.Value.Row);
        AssertSame(expected, await FoundAsync(row));
        Assert.Equal([row.Id], (await LeaseAsync(Noon.AddMinutes(5), lane: row.Lane)).Select(leased => leased.Id));
        Assert.Empty(await Store.ListAsync(new IdentificationFilter { Limit = 5, Code = FailureCodes.InferenceError }, Cancel));
    }

    [Fact]
    public async Task RetryAsync_DeadlineHasPassed_DropsIt()
    {
        var row = await InsertedAsync(Row() with { Status = IdentificationStatus.Expired, ExpiresAt = Noon.AddMinutes(1) });

        var answer = await Store.RetryAsync(row.Id, Noon.AddMinutes(1), Cancel);

        Assert.Null(answer!.Value.Row.ExpiresAt);
    }

    [Theory]
    [InlineData(IdentificationStatus.Queued)]
    [InlineData(IdentificationStatus.Succeeded)]
    public async Task RetryAsync_RowThatHasNotFailed_IsUnchanged(IdentificationStatus status)
    {
        var row = await InsertedAsync(Row() with { Status = status });

        var answer = await Store.RetryAsync(row.Id, Noon.AddMinutes(5), Cancel);

        Assert.False(answer!.Value.Changed);
        AssertSame(row, answer.Value.Row);
    }

    [Fact]
    public async Task RetryAsync_NoSuchRow_IsNull() => Assert.Null(await Store.RetryAsync(Guid.CreateVersion7(), Noon, Cancel));

    [Fact]
    public async Task RetryAsync_ManyAtOnce_OneChangesTheRow()
    {
        var row = await InsertedAsync(Row() with { Status = IdentificationStatus.Failed });

        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Task.Run(() => Store.RetryAsync(row.Id, Noon, Cancel))));

        Assert.Single(answers, answer => answer!.Value.Changed);
        Assert.Equal(2, (await FoundAsync(row)).Attempt);
    }

    [Fact]
    public async Task CompleteAsync_AfterRetry_TheOldAttemptNoLongerCounts()
    {
        var row = await InsertedAsync(Row());
        await Store.CompleteAsync([Failed(row)], Cancel);
        await Store.RetryAsync(row.Id, Noon.AddMinutes(5), Cancel);

        Assert.Equal([false], await Store.CompleteAsync([Succeeded(row)], Cancel));
        var late = Succeeded(row, attempt: 2) with { CompletedAt = Noon.AddMinutes(5).AddMilliseconds(250) };
        Assert.Equal([true], await Store.CompleteAsync([late], Cancel));

        Assert.Equal(250, (await FoundAsync(row)).Timings!.TotalMs);
    }

    [Fact]
    public async Task DeleteAsync_Row_IsGoneWithItsClaim()
    {
        var row = Row() with { IdempotencyKey = "upload-1", Fingerprint = "f1" };
        await Store.ClaimAsync(Claim(row.Id), Noon, Noon, Cancel);
        await InsertedAsync(row);

        AssertSame(row, await Store.DeleteAsync(row.Id, Cancel));

        Assert.Null(await Store.FindAsync(row.Id, Cancel));
        Assert.Null(await Store.DeleteAsync(row.Id, Cancel));
        var next = Claim(Guid.CreateVersion7());
        Assert.Equal(next, await Store.ClaimAsync(next, Noon.AddDays(-1), Noon.AddDays(-1), Cancel));
    }

    [Fact]
    public async Task DeleteUnchangedAsync_RowSentRoundAgainMeanwhile_StaysWithItsClaim()
    {
        var row = Row() with { IdempotencyKey = "upload-1", Fingerprint = "f1", Status = IdentificationStatus.Canceled };
        await Store.ClaimAsync(Claim(row.Id), Noon, Noon, Cancel);
        await InsertedAsync(row);
        await Store.RetryAsync(row.Id, Noon, Cancel);

        Assert.False(await Store.DeleteUnchangedAsync(row, Cancel));

        Assert.Equal(IdentificationStatus.Queued, (await Store.FindAsync(row.Id, Cancel))!.Status);
        Assert.Equal(row.Id, (await Store.ClaimAsync(Claim(Guid.CreateVersion7()), Noon.AddDays(-1), Noon.AddDays(-1), Cancel)).IdentificationId);
    }

    [Fact]
    public async Task DeleteUnchangedAsync_RowAsItWasRead_IsGoneWithItsClaim()
    {
        var row = Row() with { IdempotencyKey = "upload-1", Fingerprint = "f1" };
        await Store.ClaimAsync(Claim(row.Id), Noon, Noon, Cancel);
        await InsertedAsync(row);

        Assert.True(await Store.DeleteUnchangedAsync(row, Cancel));

        Assert.Null(await Store.FindAsync(row.Id, Cancel));
        var next = Claim(Guid.CreateVersion7());
        Assert.Equal(next, await Store.ClaimAsync(next, Noon.AddDays(-1), Noon.AddDays(-1), Cancel));
    }

    [Fact]
    public async Task KnownImageKeysAsync_SomeAreNamedByRows_GivesThose()
    {
        var row = await InsertedAsync(Row());

        Assert.Equal([row.ImageKey], await Store.KnownImageKeysAsync([Row(1).ImageKey, row.ImageKey, "photos/o'\"brien"], Cancel));
    }
}
