using Microsoft.Extensions.Options;
using Whales.Hosting.Images;

namespace Whales.Ingest.Api.Batches.Intake;

/// <summary>Where requests lie while they are received and unpacked: beside the photos, since that is where room for them is.</summary>
internal sealed partial class SpoolFolder(
    IOptions<BatchOptions> options, IOptions<ImageStoreOptions> images, IHostEnvironment environment, ILogger<SpoolFolder> logger) : IHostedService
{
    private const string Extension = ".spool";
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly string _folder = Path.GetFullPath(
        options.Value.SpoolFolder ?? Path.Combine(images.Value.Folder, "spool"), environment.ContentRootPath);

    /// <summary>A file that ends with its last handle, also when the process is killed: its name is gone before anything is written to it.</summary>
    public Spool Create()
    {
        DurableDirectory.Create(_folder);
        var path = Path.Combine(_folder, Guid.NewGuid().ToString("n") + Extension);
        var file = new FileStream(path, new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.ReadWrite,
            Share = FileShare.Delete,
            BufferSize = 0,
            UnixCreateMode = OwnerOnly,
        });
        File.Delete(path);
        return new Spool(file, HasRoom);
    }

    /// <summary>A crash between a file's making and its unnaming leaves an empty file. One of a living process may be removed too: its name is of no use to it.</summary>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (!Directory.Exists(_folder))
            return Task.CompletedTask;
        foreach (var left in Directory.EnumerateFiles(_folder, "*" + Extension))
        {
            try
            {
                File.Delete(left);
            }
            catch (IOException exception)
            {
                LogLeft(left, exception);
            }
        }

        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Whether <paramref name="bytes"/> more leave the disk with as much as it should keep free.</summary>
    public bool HasRoom(long bytes)
    {
        DurableDirectory.Create(_folder);
        return new DriveInfo(_folder).AvailableFreeSpace - bytes >= options.Value.MinFreeBytes;
    }

    [LoggerMessage(LogLevel.Warning, "{Path} of a process that ended could not be removed.")]
    private partial void LogLeft(string path, Exception exception);
}
