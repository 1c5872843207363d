namespace Whales.Hosting.Images;

/// <summary>
/// Where photos and catalogue files lie, written by the API and read by workers. Keys are ours (<see cref="ImageKeys"/>,
/// <see cref="Catalogue.CatalogueKeys"/>), never a client's file name.
/// </summary>
public interface IImageStore
{
    /// <summary>Begins a photo under <paramref name="key"/>, which no photo had before. Disposing the upload before <see cref="IImageUpload.CommitAsync"/> leaves nothing behind.</summary>
    ValueTask<IImageUpload> CreateAsync(string key, CancellationToken cancellationToken);

    /// <summary>Reads the whole photo into a pooled buffer; null when there is none under this key.</summary>
    ValueTask<PhotoBytes?> ReadAsync(string key, CancellationToken cancellationToken);

    /// <summary>Opens the photo as a seekable stream; null when there is none under this key.</summary>
    ValueTask<Stream?> OpenReadAsync(string key, CancellationToken cancellationToken);

    /// <summary>Removes the photo; true when there was one.</summary>
    ValueTask<bool> DeleteAsync(string key, CancellationToken cancellationToken);

    /// <summary>
    /// Writes a catalogue file as a whole, in place of the one that was there: a reader sees the old one or the new one, and the new one is
    /// durable when this returns. Read and removed like a photo.
    /// </summary>
    ValueTask PutAsync(string key, Stream content, CancellationToken cancellationToken);

    /// <summary>All photos last written before <paramref name="writtenBefore"/>: to find those that no row names.</summary>
    IAsyncEnumerable<string> ListAsync(DateTimeOffset writtenBefore, CancellationToken cancellationToken);

    /// <summary>Fails when photos cannot be reached; for readiness.</summary>
    ValueTask CheckAsync(CancellationToken cancellationToken);
}

/// <summary>A photo being written.</summary>
public interface IImageUpload : IAsyncDisposable
{
    /// <summary>A local file with what was written so far, for header checks.</summary>
    string LocalPath { get; }

    ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken);

    /// <summary>Makes the photo durable and lets it be seen: when this returns, file and directory entry are on the disk, or the server of the bucket has confirmed it.</summary>
    ValueTask CommitAsync(CancellationToken cancellationToken);
}
