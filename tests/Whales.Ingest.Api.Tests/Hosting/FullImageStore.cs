using Whales.Hosting.Images;

namespace Whales.Ingest.Api.Tests.Hosting;

/// <summary>An image store on a full disk.</summary>
public sealed class FullImageStore : IImageStore
{
    public ValueTask<IImageUpload> CreateAsync(string key, CancellationToken cancellationToken) => throw new IOException("No space left on device");

    public ValueTask<PhotoBytes?> ReadAsync(string key, CancellationToken cancellationToken) => new((PhotoBytes?)null);

    public ValueTask<Stream?> OpenReadAsync(string key, CancellationToken cancellationToken) => new((Stream?)null);

    public ValueTask<bool> DeleteAsync(string key, CancellationToken cancellationToken) => new(false);

    public async IAsyncEnumerable<string> ListAsync(DateTimeOffset writtenBefore, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.CompletedTask;
        yield break;
    }
}
