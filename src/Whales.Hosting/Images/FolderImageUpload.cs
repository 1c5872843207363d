namespace Whales.Hosting.Images;

/// <summary>
/// A photo being written under its final name. No reader can know the name before the row exists, so a temporary name and a rename would
/// buy nothing and cost a second change of the directory; what a crash leaves half written has no row and is swept away.
/// </summary>
internal sealed class FolderImageUpload(string path, SharedFlush directory, FlushThreads threads) : IImageUpload
{
    // Unbuffered and used synchronously only: each write is one pwrite, without a copy or a change of thread.
    private readonly FileStream _file = new(path, new FileStreamOptions
    {
        Mode = FileMode.CreateNew,
        Access = FileAccess.Write,
        Share = FileShare.ReadWrite | FileShare.Delete,
        BufferSize = 0,
        UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
    });

    private bool _committed;

    public string LocalPath => path;

    public ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        _file.Write(bytes.Span);
        return ValueTask.CompletedTask;
    }

    public async ValueTask CommitAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        await threads.RunAsync(Flush).ConfigureAwait(false);
        _committed = true;
    }

    public ValueTask DisposeAsync()
    {
        _file.Dispose();
        if (!_committed)
            Remove();
        return ValueTask.CompletedTask;
    }

    private void Remove()
    {
        try
        {
            File.Delete(path);
        }
        catch (DirectoryNotFoundException)
        {
            // Gone with its directory.
        }
    }

    private void Flush()
    {
        _file.Flush(flushToDisk: true);
        _file.Dispose();
        directory.Flush();
    }
}
