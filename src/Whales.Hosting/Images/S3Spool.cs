namespace Whales.Hosting.Images;

/// <summary>
/// A temporary file without a name: it is gone with its last handle, however the process ends. On Linux the handle can be opened again by
/// its number.
/// </summary>
internal sealed class S3Spool : IDisposable
{
    public S3Spool()
    {
        var path = Path.Combine(Path.GetTempPath(), $"whales-{Guid.NewGuid():n}");
        Stream = new FileStream(path, new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.ReadWrite,
            Share = FileShare.ReadWrite | FileShare.Delete,
            BufferSize = 0,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        });
        File.Delete(path);
    }

    public FileStream Stream { get; }

    /// <summary>A path that opens the file again, in this process.</summary>
    public string LocalPath => $"/proc/self/fd/{Stream.SafeFileHandle.DangerousGetHandle()}";

    public Stream OpenAgain() => new FileStream(LocalPath, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);

    public void Dispose() => Stream.Dispose();
}
