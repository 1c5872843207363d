using Whales.Hosting.Images;
using Whales.Ingest.Api.Storage;

namespace Whales.Ingest.Api.Tests.Storage;

public sealed class OrphanSweepTests : IAsyncDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("whales-sweep-");
    private readonly FolderImageStore _images;
    private readonly IdentificationStore _store;
    private readonly OrphanSweep _sweep;

    public OrphanSweepTests()
    {
        _images = new FolderImageStore(Path.Combine(_folder.FullName, "images"));
        _store = new IdentificationStore(new SqliteDatabase(Path.Combine(_folder.FullName, "whales.db")), TimeProvider.System);
        _sweep = new OrphanSweep(_images, _store, TimeProvider.System);
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task RunAsync_SomeImagesHaveNoRow_RemovesTheOldOnes()
    {
        await _store.MigrateAsync(Cancel);
        var known = StoreRows.Row();
        await _store.InsertAsync([known], Cancel);
        await WriteAsync(known.ImageKey, ageMinutes: 600);
        var young = StoreRows.Row(1).ImageKey;
        await WriteAsync(young, ageMinutes: 30);
        for (var i = 0; i < 90; i++)
            await WriteAsync(StoreRows.Row(i + 2).ImageKey, ageMinutes: 61, commit: false);

        Assert.Equal(90, await _sweep.RunAsync(Cancel));
        Assert.Equal(0, await _sweep.RunAsync(Cancel));

        Assert.Equal(new[] { known.ImageKey, young }.Order(), (await StoredAsync()).Order());
    }

    [Fact]
    public async Task RunAsync_MoreImagesThanOneBatch_RemovesOnlyOrphans()
    {
        await _store.MigrateAsync(Cancel);
        var known = Enumerable.Range(0, 260).Select(i => StoreRows.Row(i)).ToList();
        await _store.InsertAsync(known, Cancel);
        foreach (var row in known)
            await WriteAsync(row.ImageKey, ageMinutes: 61, commit: false);
        for (var i = 0; i < 240; i++)
            await WriteAsync(StoreRows.Row(i + 260).ImageKey, ageMinutes: 61, commit: false);

        Assert.Equal(240, await _sweep.RunAsync(Cancel));

        Assert.Equal(known.Select(row => row.ImageKey).Order(), (await StoredAsync()).Order());
    }

    [Fact]
    public async Task RunAsync_DatabaseOfOtherPhotos_RemovesNothing()
    {
        await _store.MigrateAsync(Cancel);
        for (var i = 0; i < 120; i++)
            await WriteAsync(StoreRows.Row(i).ImageKey, ageMinutes: 61, commit: false);

        await Assert.ThrowsAsync<InvalidOperationException>(() => _sweep.RunAsync(Cancel));

        Assert.Equal(120, (await StoredAsync()).Count);
    }

    public async ValueTask DisposeAsync()
    {
        await _store.DisposeAsync();
        _images.Dispose();
        _folder.Delete(recursive: true);
    }

    private async Task<List<string>> StoredAsync() => await _images.ListAsync(DateTimeOffset.MaxValue, Cancel).ToListAsync(Cancel);

    private async Task WriteAsync(string key, int ageMinutes, bool commit = true)
    {
        var path = Path.Combine(_folder.FullName, "images", key);
        if (commit)
        {
            await using var upload = await _images.CreateAsync(key, Cancel);
            await upload.WriteAsync("photo"u8.ToArray(), Cancel);
            await upload.CommitAsync(Cancel);
        }
        else
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            await File.WriteAllTextAsync(path, "half a pho", Cancel);
        }

        File.SetLastWriteTimeUtc(path, DateTime.UtcNow.AddMinutes(-ageMinutes));
    }
}
