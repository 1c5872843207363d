using Whales.Ingest.Api.Storage;
using static Whales.Ingest.Api.Tests.Storage.StoreRows;

namespace Whales.Ingest.Api.Tests.Storage;

/// <summary>Idempotency keys.</summary>
public abstract partial class IdentificationStoreTests
{
    private static readonly DateTimeOffset Stale = Noon.AddMinutes(-10);
    private static readonly DateTimeOffset Forget = Noon.AddDays(-1);

    private Task<IdempotencyClaim> ClaimAsync(IdempotencyClaim claim) => Store.ClaimAsync(claim, Stale, Forget, Cancel);

    [Fact]
    public async Task ClaimAsync_HundredAtOnce_OneWinsAndTheOthersSeeIt()
    {
        await using var replica = new IdentificationStore(OpenDatabase(), TimeProvider.System);
        var claims = Enumerable.Range(0, 100).Select(i => Claim(Guid.CreateVersion7(Noon.AddSeconds(i)))).ToList();

        var held = await Task.WhenAll(claims.Select((claim, i) => Task.Run(() =>
            (i % 2 == 0 ? Store : replica).ClaimAsync(claim, Stale, Forget, Cancel))));

        var winner = Assert.Single(held.Distinct());
        Assert.Contains(winner, claims);
    }

    [Fact]
    public async Task ClaimAsync_StaleKeyHundredAtOnce_OneTakesItOver()
    {
        await ClaimAsync(Claim(Guid.CreateVersion7(), at: Noon.AddHours(-1)));
        var claims = Enumerable.Range(0, 100).Select(i => Claim(Guid.CreateVersion7(Noon.AddSeconds(i)))).ToList();

        var held = await Task.WhenAll(claims.Select(claim => Task.Run(() => ClaimAsync(claim))));

        Assert.Contains(Assert.Single(held.Distinct()), claims);
    }

    [Fact]
    public async Task ClaimAsync_OtherOwnerOrKey_IsAnotherClaim()
    {
        var claims = new[] { Claim(Guid.CreateVersion7()), Claim(Guid.CreateVersion7(), key: "upload-2"), Claim(Guid.CreateVersion7(), owner: "survey") };

        foreach (var claim in claims)
            Assert.Equal(claim, await ClaimAsync(claim));
        foreach (var claim in claims)
            Assert.Equal(claim, await ClaimAsync(claim with { IdentificationId = Guid.CreateVersion7() }));
    }

    [Fact]
    public async Task InsertAsync_RowWithAKey_FinishesItsClaim()
    {
        var row = Row() with { IdempotencyKey = "upload-1", Fingerprint = "f1" };
        Assert.Null((await ClaimAsync(Claim(row.Id))).Fingerprint);
        await Store.InsertAsync([Row(1), row], Cancel);

        var held = await ClaimAsync(Claim(Guid.CreateVersion7()));

        Assert.Equal(Claim(row.Id) with { Fingerprint = "f1" }, held);
    }

    [Fact]
    public async Task InsertAsync_ListFails_LeavesTheClaimUnfinished()
    {
        var row = Row() with { IdempotencyKey = "upload-1", Fingerprint = "f1" };
        await ClaimAsync(Claim(row.Id));

        await Assert.ThrowsAnyAsync<Exception>(() => Store.InsertAsync([row, row], Cancel));

        Assert.Null((await ClaimAsync(Claim(Guid.CreateVersion7()))).Fingerprint);
    }

    [Fact]
    public async Task ClaimAsync_OldClaimWithARow_Holds()
    {
        var row = Row(Noon.AddHours(-2)) with { IdempotencyKey = "upload-1", Fingerprint = "f1" };
        await ClaimAsync(Claim(row.Id, at: Noon.AddHours(-2)));
        await InsertedAsync(row);

        Assert.Equal(row.Id, (await ClaimAsync(Claim(Guid.CreateVersion7()))).IdentificationId);
    }

    [Fact]
    public async Task ClaimAsync_UploadBrokeOffLongAgo_IsClaimedAnew()
    {
        await ClaimAsync(Claim(Guid.CreateVersion7(), at: Stale.AddMilliseconds(-1)));
        var next = Claim(Guid.CreateVersion7());

        Assert.Equal(next, await ClaimAsync(next));
        Assert.Equal(next, await ClaimAsync(Claim(Guid.CreateVersion7())));
    }

    [Fact]
    public async Task ClaimAsync_RowIsOlderThanKeysAreKept_IsClaimedAnew()
    {
        var row = Row(Forget.AddMilliseconds(-1)) with { IdempotencyKey = "upload-1", Fingerprint = "f1" };
        await ClaimAsync(Claim(row.Id, at: row.CreatedAt));
        await InsertedAsync(row);
        var next = Claim(Guid.CreateVersion7());

        Assert.Equal(next, await ClaimAsync(next));
        await Store.DeleteAsync(row.Id, Cancel);
        Assert.Equal(next, await ClaimAsync(Claim(Guid.CreateVersion7())));
    }

    [Fact]
    public async Task ReleaseClaimAsync_OwnUnfinishedClaim_FreesTheKey()
    {
        var first = await ClaimAsync(Claim(Guid.CreateVersion7()));
        await Store.ReleaseClaimAsync(Claim(Guid.CreateVersion7()), Cancel);
        Assert.Equal(first, await ClaimAsync(Claim(Guid.CreateVersion7())));

        await Store.ReleaseClaimAsync(first, Cancel);

        var next = Claim(Guid.CreateVersion7());
        Assert.Equal(next, await ClaimAsync(next));
    }

    [Fact]
    public async Task ReleaseClaimAsync_RowIsStored_KeepsTheKey()
    {
        var row = Row() with { IdempotencyKey = "upload-1", Fingerprint = "f1" };
        var claim = await ClaimAsync(Claim(row.Id));
        await InsertedAsync(row);

        await Store.ReleaseClaimAsync(claim, Cancel);

        Assert.Equal(row.Id, (await ClaimAsync(Claim(Guid.CreateVersion7()))).IdentificationId);
    }
}
