using Microsoft.Extensions.Options;

namespace Whales.Notifier.Delivery;

/// <summary>
/// Which of the notifiers on one store delivers and listens to people: the one that holds the lock of the file beside the store. The
/// kernel gives it back when a process ends, however it ends, so its successor need not wait for a lease to run out.
/// </summary>
internal sealed partial class Leadership(IOptions<NotifierOptions> options, TimeProvider clock, ILogger<Leadership> log) : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);

    private readonly SemaphoreSlim _one = new(1);
    private FileStream? _lock;

    public bool IsLeader => _lock is not null;

    /// <summary>Returns when this process leads; it does so until it ends.</summary>
    public async Task AcquireAsync(CancellationToken cancellationToken)
    {
        await _one.WaitAsync(cancellationToken);
        try
        {
            for (var waited = false; _lock is null; waited = true)
            {
                _lock = TryLock();
                if (_lock is not null)
                    break;
                if (!waited)
                    LogFollowing();
                await Task.Delay(Interval, clock, cancellationToken);
            }
        }
        finally
        {
            _one.Release();
        }
    }

    public void Dispose()
    {
        _lock?.Dispose();
        _one.Dispose();
    }

    private FileStream? TryLock()
    {
        var path = Path.GetFullPath(options.Value.SqliteFile) + ".leader";
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            // On Linux an exclusive share is an advisory lock of the kernel's (flock).
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Another notifier has this store and delivers; this one takes webhooks and waits.")]
    private partial void LogFollowing();
}
