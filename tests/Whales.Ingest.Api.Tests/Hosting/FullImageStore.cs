using Whales.Hosting.Images;

namespace Whales.Ingest.Api.Tests.Hosting;

/// <summary>An image store on a full disk.</summary>
/// <param name="atWrite">True when the file can still be made and the bytes have no room.</param>
public sealed class FullImageStore(bool atWrite) : IImageStore
{
    public ValueTask<IImageUpload> CreateAsync(string key, CancellationToken cancellationToken) =>
        atWrite ? new(new FullUpload()) : throw new IOException("No space left on device");

    public ValueTask<PhotoBytes?> ReadAsync(string key, CancellationToken cancellationToken) => new((PhotoBytes?)null);

    public ValueTask<Stream?> OpenReadAsync(string key, CancellationToken cancellationToken) => new((Stream?)null);

    public ValueTask<bool> DeleteAsync(string key, CancellationToken cancellationToken) => new(false);

    public ValueTask PutAsync(string key, Stream content, CancellationToken cancellationToken) => throw new IOException("No space left on device");

    public async IAsyncEnumerable<string> ListAsync(DateTimeOffset writtenBefore, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.CompletedTask;
        yield break;
    }

    public ValueTask CheckAsync(CancellationToken cancellationToken) => default;

    private sealed class FullUpload : IImageUpload
    {
        public string LocalPath => "";

        // Before there is a task, as the folder's does.
        public ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken) => throw new IOException("No space left on device");

        public ValueTask CommitAsync(CancellationToken cancellationToken) => default;

        public ValueTask DisposeAsync() => default;
    }
}
