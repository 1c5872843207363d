using Whales.Hosting.Catalogue;
using Whales.Hosting.Images;

namespace Whales.Hosting.Tests.Catalogue;

/// <summary>Catalogue files in the folder of photos.</summary>
public sealed class CatalogueFilesInStoreTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("whales-catalogue-").FullName;
    private readonly FolderImageStore _store;

    public CatalogueFilesInStoreTests() => _store = new FolderImageStore(_folder);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _store.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task PutAsync_KeyIsTaken_IsReplacedAsAWholeAndReadLikeAPhoto()
    {
        var key = CatalogueKeys.Head("colours");
        await PutAsync(key, "first, and longer"u8.ToArray());
        await PutAsync(key, "second"u8.ToArray());

        using var read = await _store.ReadAsync(key, Cancel);
        Assert.Equal("second"u8.ToArray(), read!.Memory.ToArray());
        Assert.Single(Directory.GetFiles(Path.Combine(_folder, "catalogue", "colours")));
        // No photo, so nothing that a sweep of orphans could take for one.
        Assert.Empty(await _store.ListAsync(DateTimeOffset.MaxValue, Cancel).ToListAsync(Cancel));
        Assert.True(await _store.DeleteAsync(key, Cancel));
        Assert.Null(await _store.ReadAsync(key, Cancel));
    }

    [Fact]
    public async Task PutAsync_ContentBreaksOff_LeavesWhatWasThere()
    {
        var key = CatalogueKeys.NewSegment("colours", "base", 1);
        await PutAsync(key, "good"u8.ToArray());

        await Assert.ThrowsAsync<IOException>(() => _store.PutAsync(key, new BrokenStream(), Cancel).AsTask());

        using var read = await _store.ReadAsync(key, Cancel);
        Assert.Equal("good"u8.ToArray(), read!.Memory.ToArray());
        Assert.Single(Directory.GetFiles(Path.Combine(_folder, "catalogue", "colours")));
    }

    [Theory]
    [InlineData("catalogue/../head.json")]
    [InlineData("catalogue/Colours/head.json")]
    [InlineData("catalogue/colours/other.json")]
    [InlineData("catalogue/colours/base-1-short")]
    [InlineData("catalogue/colours/head.json\n")]
    [InlineData("/etc/passwd")]
    public async Task PutAsync_KeyIsNotOurs_IsRefused(string key) =>
        await Assert.ThrowsAsync<ArgumentException>(() => PutAsync(key, [1]));

    private async Task PutAsync(string key, byte[] content)
    {
        using var stream = new MemoryStream(content);
        await _store.PutAsync(key, stream, Cancel);
    }

    private sealed class BrokenStream : MemoryStream
    {
        public BrokenStream()
            : base(new byte[100])
        {
        }

        public override Task CopyToAsync(Stream destination, int bufferSize, CancellationToken cancellationToken) => throw new IOException("The other side went away.");
    }
}
