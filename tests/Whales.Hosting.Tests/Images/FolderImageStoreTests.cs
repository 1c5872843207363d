using System.Security.Cryptography;
using Whales.Hosting.Images;

namespace Whales.Hosting.Tests.Images;

public sealed class FolderImageStoreTests : IDisposable
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 14, 12, 0, 0, TimeSpan.Zero);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("whales-images-");
    private readonly FolderImageStore _store;

    public FolderImageStoreTests() => _store = new FolderImageStore(Root);

    private string Root => Path.Combine(_folder.FullName, "data", "images");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static string Key(int day = 0) => ImageKeys.ForPhoto(Guid.CreateVersion7(), Noon.AddDays(day));

    private string[] Files => Directory.GetFiles(Root, "*", SearchOption.AllDirectories);

    private async Task<string> StoredAsync(byte[] bytes, string? key = null)
    {
        key ??= Key();
        await using var upload = await _store.CreateAsync(key, Cancel);
        await upload.WriteAsync(bytes, Cancel);
        await upload.CommitAsync(Cancel);
        return key;
    }

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

        using var photo = await _store.ReadAsync(key, Cancel);
        await using var stream = await _store.OpenReadAsync(key, Cancel);

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
        await using var upload = await _store.CreateAsync(key, Cancel);
        await upload.WriteAsync("hump"u8.ToArray(), Cancel);
        await upload.WriteAsync("back"u8.ToArray(), Cancel);

        Assert.Equal("humpback", await File.ReadAllTextAsync(upload.LocalPath, Cancel));
        await upload.WriteAsync(" whale"u8.ToArray(), Cancel);
        await upload.CommitAsync(Cancel);

        using var photo = await _store.ReadAsync(key, Cancel);
        Assert.Equal("humpback whale"u8.ToArray(), photo!.Memory.ToArray());
    }

    [Fact]
    public async Task DisposeAsync_NotCommitted_LeavesNothing()
    {
        var key = Key();
        await using (var upload = await _store.CreateAsync(key, Cancel))
            await upload.WriteAsync(new byte[1000], Cancel);

        Assert.Empty(Files);
        Assert.Null(await _store.ReadAsync(key, Cancel));
        await StoredAsync([1], key);
    }

    [Fact]
    public async Task CommitAsync_Canceled_LeavesNothing()
    {
        await using (var upload = await _store.CreateAsync(Key(), Cancel))
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => upload.CommitAsync(new CancellationToken(canceled: true)).AsTask());

        Assert.Empty(Files);
    }

    [Fact]
    public async Task CommitAsync_DirectoryIsGone_FailsWithAnIOException()
    {
        await using var upload = await _store.CreateAsync(Key(), Cancel);
        Directory.Delete(Path.GetDirectoryName(upload.LocalPath)!, recursive: true);

        await Assert.ThrowsAnyAsync<IOException>(() => upload.CommitAsync(Cancel).AsTask());
    }

    [Fact]
    public async Task CreateAsync_DaysDirectoryWasRemoved_MakesItAgain()
    {
        var key = await StoredAsync([1]);
        Directory.Delete(Path.Combine(Root, Path.GetDirectoryName(key)!), recursive: true);

        await StoredAsync([2], key);

        using var photo = await _store.ReadAsync(key, Cancel);
        Assert.Equal([2], photo!.Memory.ToArray());
    }

    [Fact]
    public async Task CreateAsync_KeyIsTaken_ThrowsAndKeepsThePhoto()
    {
        var key = await StoredAsync([1, 2, 3]);

        await Assert.ThrowsAsync<IOException>(async () => await _store.CreateAsync(key, Cancel));

        using var photo = await _store.ReadAsync(key, Cancel);
        Assert.Equal([1, 2, 3], photo!.Memory.ToArray());
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
        await Assert.ThrowsAsync<ArgumentException>(async () => await _store.CreateAsync(key, Cancel));
        await Assert.ThrowsAsync<ArgumentException>(async () => await _store.ReadAsync(key, Cancel));
        await Assert.ThrowsAsync<ArgumentException>(async () => await _store.OpenReadAsync(key, Cancel));
        await Assert.ThrowsAsync<ArgumentException>(async () => await _store.DeleteAsync(key, Cancel));
    }

    [Fact]
    public async Task AnyRead_NoSuchPhoto_IsNull()
    {
        await StoredAsync([1]);

        Assert.Null(await _store.ReadAsync(Key(), Cancel));
        Assert.Null(await _store.ReadAsync(Key(day: 7), Cancel));
        Assert.Null(await _store.OpenReadAsync(Key(), Cancel));
        Assert.Null(await _store.OpenReadAsync(Key(day: 7), Cancel));
        Assert.False(await _store.DeleteAsync(Key(), Cancel));
    }

    [Fact]
    public async Task DeleteAsync_Photo_IsGone()
    {
        var key = await StoredAsync([1]);

        Assert.True(await _store.DeleteAsync(key, Cancel));
        Assert.False(await _store.DeleteAsync(key, Cancel));
        Assert.Empty(Files);
    }

    [Fact]
    public async Task ListAsync_OldAndNewPhotosAndStrangers_GivesOldPhotos()
    {
        var old = new[] { await StoredAsync([1]), await StoredAsync([2], Key(day: 1)) };
        await StoredAsync([3]);
        foreach (var key in old)
            File.SetLastWriteTimeUtc(Path.Combine(Root, key), DateTime.UtcNow.AddHours(-2));
        await File.WriteAllTextAsync(Path.Combine(Root, "photos", "20260314", "README"), "", Cancel);
        Directory.CreateDirectory(Path.Combine(Root, "photos", "lost+found"));

        var keys = await _store.ListAsync(DateTimeOffset.UtcNow.AddHours(-1), Cancel).ToListAsync(Cancel);

        Assert.Equal(old.Order(), keys.Order());
    }

    [Fact]
    public async Task Files_AreForTheirOwnerAlone()
    {
        const UnixFileMode ReadWrite = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        var path = Path.Combine(Root, await StoredAsync([1]));

        Assert.Equal(ReadWrite, File.GetUnixFileMode(path));
        for (var at = Path.GetDirectoryName(path)!; at != _folder.FullName; at = Path.GetDirectoryName(at)!)
            Assert.Equal(ReadWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(at));
    }

    [Fact]
    public async Task Store_ManyUploadsAtOnceOverSeveralDays_KeepsEachOne()
    {
        var keys = await Task.WhenAll(Enumerable.Range(0, 200).Select(i => Task.Run(() => StoredAsync(BitConverter.GetBytes(i), Key(i % 3)))));

        for (var i = 0; i < keys.Length; i++)
        {
            using var photo = await _store.ReadAsync(keys[i], Cancel);
            Assert.Equal(i, BitConverter.ToInt32(photo!.Memory.Span));
        }
    }

    [Fact]
    public async Task Store_OpenedAgain_HasThePhotosAndTakesMore()
    {
        var key = await StoredAsync([1]);
        _store.Dispose();
        using var again = new FolderImageStore(Root);

        using var photo = await again.ReadAsync(key, Cancel);
        Assert.NotNull(photo);
        await using var upload = await again.CreateAsync(Key(), Cancel);
        await upload.CommitAsync(Cancel);
    }

    [Fact]
    public async Task CommitAsync_StoreIsDisposed_ThrowsAndLeavesNothing()
    {
        await using (var upload = await _store.CreateAsync(Key(), Cancel))
        {
            _store.Dispose();
            await Assert.ThrowsAsync<ObjectDisposedException>(() => upload.CommitAsync(Cancel).AsTask());
        }

        Assert.Empty(Files);
    }

    public void Dispose()
    {
        _store.Dispose();
        _folder.Delete(recursive: true);
    }
}
