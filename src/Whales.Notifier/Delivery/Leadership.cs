using Whales.Notifier.Storage;

namespace Whales.Notifier.Delivery;

/// <summary>
/// Which of the notifiers on one store delivers and listens to people: the one that holds the store's lock
/// (<see cref="StoreDatabase.TryLead"/>). On PostgreSQL it may be lost, with the connection; ask again before each piece of work.
/// </summary>
internal sealed partial class Leadership(NotifierStore store, TimeProvider clock, ILogger<Leadership> log) : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);

    private readonly SemaphoreSlim _one = new(1);
    private string? _said;

    public bool IsLeader => store.IsLeader;

    /// <summary>Returns when this process leads.</summary>
    public async Task AcquireAsync(CancellationToken cancellationToken)
    {
        if (IsLeader)
            return;
        await _one.WaitAsync(cancellationToken);
        try
        {
            while (!IsLeader && !await TryAsync())
                await Task.Delay(Interval, clock, cancellationToken);
        }
        finally
        {
            _one.Release();
        }
    }

    public void Dispose() => _one.Dispose();

    private async Task<bool> TryAsync()
    {
        try
        {
            var leads = await store.TryLeadAsync();
            if (leads)
                Say("leads", LogLeading);
            else
                Say("follows", LogFollowing);
            return leads;
        }
        catch (Exception exception) when (StoreFaults.IsOfStore(exception))
        {
            Say("no store", () => LogStore(exception));
            return false;
        }
    }

    /// <summary>Each change once.</summary>
    private void Say(string what, Action say)
    {
        if (_said == what)
            return;
        _said = what;
        say();
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "This notifier delivers.")]
    private partial void LogLeading();

    [LoggerMessage(Level = LogLevel.Information, Message = "Another notifier has this store and delivers; this one takes webhooks and waits.")]
    private partial void LogFollowing();

    [LoggerMessage(Level = LogLevel.Error, Message = "The notifier's store cannot be read or written; nothing is delivered until it can.")]
    private partial void LogStore(Exception exception);
}
