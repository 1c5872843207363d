using Whales.Hosting.Metrics;

namespace Whales.Hosting.Images;

/// <summary>Measures another store: reading a photo, making one durable, removing one.</summary>
internal sealed class MeasuredImageStore(IImageStore inner, StoreMetrics metrics) : IImageStore, IDisposable
{
    private readonly StoreMetrics.StoreTimer _timer = metrics.OfImages();

    public async ValueTask<IImageUpload> CreateAsync(string key, CancellationToken cancellationToken) =>
        new MeasuredUpload(await inner.CreateAsync(key, cancellationToken), _timer);

    public async ValueTask<PhotoBytes?> ReadAsync(string key, CancellationToken cancellationToken) =>
        await _timer.MeasureAsync("read", () => inner.ReadAsync(key, cancellationToken).AsTask());

    // Nothing is read yet: to open takes no time worth measuring.
    public ValueTask<Stream?> OpenReadAsync(string key, CancellationToken cancellationToken) => inner.OpenReadAsync(key, cancellationToken);

    public async ValueTask<bool> DeleteAsync(string key, CancellationToken cancellationToken) =>
        await _timer.MeasureAsync("delete", () => inner.DeleteAsync(key, cancellationToken).AsTask());

    public async ValueTask PutAsync(string key, Stream content, CancellationToken cancellationToken) =>
        await _timer.MeasureAsync("commit", async () =>
        {
            await inner.PutAsync(key, content, cancellationToken);
            return true;
        });

    public IAsyncEnumerable<string> ListAsync(DateTimeOffset writtenBefore, CancellationToken cancellationToken) => inner.ListAsync(writtenBefore, cancellationToken);

    public ValueTask CheckAsync(CancellationToken cancellationToken) => inner.CheckAsync(cancellationToken);

    public void Dispose() => (inner as IDisposable)?.Dispose();

    private sealed class MeasuredUpload(IImageUpload inner, StoreMetrics.StoreTimer timer) : IImageUpload
    {
        public string LocalPath => inner.LocalPath;

        public ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken) => inner.WriteAsync(bytes, cancellationToken);

        public async ValueTask CommitAsync(CancellationToken cancellationToken) =>
            await timer.MeasureAsync("commit", async () =>
            {
                await inner.CommitAsync(cancellationToken);
                return true;
            });

        public ValueTask DisposeAsync() => inner.DisposeAsync();
    }
}
