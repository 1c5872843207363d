using Whales.Hosting.Images;

namespace Whales.Hosting.Tests.Images;

public sealed class FolderImageStoreTests : ImageStoreContract, IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("whales-images-");
    private readonly FolderImageStore _store;

    public FolderImageStoreTests() => _store = new FolderImageStore(Root);

    private protected override IImageStore Store => _store;

    private string Root => Path.Combine(_folder.FullName, "data", "images");

    private string[] Files => Directory.GetFiles(Root, "*", SearchOption.AllDirectories);

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

    [Fact]
    public async Task CheckAsync_FolderIsGone_Fails()
    {
        Directory.Delete(Root, recursive: true);

        await Assert.ThrowsAnyAsync<IOException>(async () => await _store.CheckAsync(Cancel));
    }

    public void Dispose()
    {
        _store.Dispose();
        _folder.Delete(recursive: true);
    }
}
