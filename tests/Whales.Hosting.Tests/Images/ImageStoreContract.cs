using System.Security.Cryptography;
using Whales.Hosting.Images;

namespace Whales.Hosting.Tests.Images;

/// <summary>What every image store holds to, whatever it keeps the photos in.</summary>
public abstract class ImageStoreContract
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 14, 12, 0, 0, TimeSpan.Zero);

    private protected abstract IImageStore Store { get; }

    private protected static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private protected static string Key(int day = 0) => ImageKeys.ForPhoto(Guid.CreateVersion7(), Noon.AddDays(day));

    private protected async Task<string> StoredAsync(byte[] bytes, string? key = null)
    {
        key ??= Key();
        await using var upload = await Store.CreateAsync(key, Cancel);
        await upload.WriteAsync(bytes, Cancel);
        await upload.CommitAsync(Cancel);
        return key;
    }

    private protected async Task<IReadOnlyList<string>> ListAsync(TimeSpan writtenBefore) =>
        await Store.ListAsync(DateTimeOffset.UtcNow + writtenBefore, Cancel).ToListAsync(Cancel);

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(4096)]
    [InlineData(100_001)]
    [InlineData(3_000_000)]
    public async Task ReadAsync_CommittedPhoto_IsItsBytesAndNoMore(int length)
    {
        var bytes = RandomNumberGenerator.GetBytes(length);
        var key = await StoredAsync(bytes);

        using var photo = await Store.ReadAsync(key, Cancel);
        await using var stream = await Store.OpenReadAsync(key, Cancel);

        Assert.Equal(bytes, photo!.Memory.ToArray());
        Assert.True(stream!.CanSeek);
        var copy = new MemoryStream();
        await stream.CopyToAsync(copy, Cancel);
        Assert.Equal(bytes, copy.ToArray());
    }

    [Fact]
    public async Task WriteAsync_SeveralParts_AreInOrderAndSeenAtLocalPath()
    {
        var key = Key();
        await using var upload = await Store.CreateAsync(key, Cancel);
        await upload.WriteAsync("hump"u8.ToArray(), Cancel);
        await upload.WriteAsync("back"u8.ToArray(), Cancel);

        Assert.Equal("humpback", await File.ReadAllTextAsync(upload.LocalPath, Cancel));
        await upload.WriteAsync(" whale"u8.ToArray(), Cancel);
        await upload.CommitAsync(Cancel);

        using var photo = await Store.ReadAsync(key, Cancel);
        Assert.Equal("humpback whale"u8.ToArray(), photo!.Memory.ToArray());
    }

    [Theory]
    [InlineData("")]
    [InlineData("photos/20260314/../../../../etc/passwd")]
    [InlineData("photos/20260314/0123456789abcdef0123456789abcde/")]
    [InlineData("photos/20260314/0123456789ABCDEF0123456789ABCDEF")]
    [InlineData("photos/20260314/0123456789abcdef0123456789abcdef\n")]
    [InlineData("photos/20260314/0123456789abcdef0123456789abcdef.jpg")]
    [InlineData("/photos/20260314/0123456789abcdef0123456789abcdef")]
    [InlineData("photos/../20260314/0123456789abcdef0123456789abcdef")]
    [InlineData("photos/2026031４/0123456789abcdef0123456789abcdef")]
    public async Task AnyMethod_KeyIsNotOurs_Throws(string key)
    {
        await Assert.ThrowsAsync<ArgumentException>(async () => await Store.CreateAsync(key, Cancel));
        await Assert.ThrowsAsync<ArgumentException>(async () => await Store.ReadAsync(key, Cancel));
        await Assert.ThrowsAsync<ArgumentException>(async () => await Store.OpenReadAsync(key, Cancel));
        await Assert.ThrowsAsync<ArgumentException>(async () => await Store.DeleteAsync(key, Cancel));
    }

    [Fact]
    public async Task AnyRead_NoSuchPhoto_IsNull()
    {
        await StoredAsync([1]);

        Assert.Null(await Store.ReadAsync(Key(), Cancel));
        Assert.Null(await Store.ReadAsync(Key(day: 7), Cancel));
        Assert.Null(await Store.OpenReadAsync(Key(), Cancel));
        Assert.Null(await Store.OpenReadAsync(Key(day: 7), Cancel));
        Assert.False(await Store.DeleteAsync(Key(), Cancel));
    }

    [Fact]
    public async Task Store_ManyUploadsAtOnceOverSeveralDays_KeepsEachOne()
    {
        var keys = await Task.WhenAll(Enumerable.Range(0, 200).Select(i => Task.Run(() => StoredAsync(BitConverter.GetBytes(i), Key(i % 3)))));

        for (var i = 0; i < keys.Length; i++)
        {
            using var photo = await Store.ReadAsync(keys[i], Cancel);
            Assert.Equal(i, BitConverter.ToInt32(photo!.Memory.Span));
        }
    }

    [Fact]
    public async Task DisposeAsync_BeforeTheCommit_LeavesNothingAndTheKeyIsFree()
    {
        var key = Key();
        await using (var upload = await Store.CreateAsync(key, Cancel))
            await upload.WriteAsync(new byte[1000], Cancel);

        Assert.Null(await Store.ReadAsync(key, Cancel));
        Assert.Empty(await ListAsync(TimeSpan.FromHours(1)));
        await StoredAsync([1], key);
    }

    [Fact]
    public async Task CommitAsync_CanceledBefore_LeavesNothing()
    {
        var key = Key();
        await using (var upload = await Store.CreateAsync(key, Cancel))
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => upload.CommitAsync(new CancellationToken(canceled: true)).AsTask());

        Assert.Null(await Store.ReadAsync(key, Cancel));
    }

    [Fact]
    public async Task DeleteAsync_StoredPhoto_IsGone()
    {
        var key = await StoredAsync([1]);

        Assert.True(await Store.DeleteAsync(key, Cancel));
        Assert.False(await Store.DeleteAsync(key, Cancel));
        Assert.Null(await Store.ReadAsync(key, Cancel));
        Assert.Empty(await ListAsync(TimeSpan.FromHours(1)));
    }

    [Fact]
    public async Task ListAsync_PhotosOfSeveralDays_GivesThoseWrittenBefore()
    {
        var keys = new[] { await StoredAsync([1]), await StoredAsync([2], Key(day: 1)), await StoredAsync([3]) };

        Assert.Equal(keys.Order(), (await ListAsync(TimeSpan.FromHours(1))).Order());
        Assert.Empty(await ListAsync(TimeSpan.FromHours(-1)));
    }

    [Fact]
    public async Task CheckAsync_StoreThatWorks_Passes() => await Store.CheckAsync(Cancel);
}
