using Microsoft.Extensions.Options;

namespace Whales.Worker.Identification;

/// <summary>
/// Which attempts this process has in hand, in a file that outlives it. What a new process finds there was in hand when the old one ended:
/// each of these may have ended it, and runs alone from now on. Only an attempt that was found so while it ran alone counts as started in
/// vain; a connection that breaks, a message that comes twice and a stop in good order count for nothing.
/// </summary>
public sealed partial class StartJournal : IDisposable
{
    // A suspect that another worker finished never comes back here.
    private static readonly TimeSpan ForgetAfter = TimeSpan.FromDays(7);

    private const int NoSlot = -1;

    private readonly object _gate = new();
    private readonly Stack<int> _free = new(StartFile.Slots);
    private readonly Dictionary<(Guid Id, int Attempt), (int Slot, StartRecord Record)> _suspects = [];
    private readonly SemaphoreSlim _alone = new(1);
    private readonly TimeProvider _time;
    private readonly ILogger<StartJournal> _log;
    private readonly StartFile? _file;
    private bool _failing;

    public StartJournal(IOptions<StartsOptions> options, IHostEnvironment environment, TimeProvider time, ILogger<StartJournal> log)
    {
        (_time, _log) = (time, log);
        var folder = Path.GetFullPath(options.Value.Folder, environment.ContentRootPath);
        try
        {
            _file = StartFile.Open(folder);
            Load(_file.ReadAll());
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            LogNoJournal(exception, folder);
        }
    }

    /// <summary>Attempts that were in hand when a process ended, and that have not run through since.</summary>
    public int Suspects
    {
        get
        {
            lock (_gate)
                return _suspects.Count;
        }
    }

    /// <summary>True when the attempt was in hand as a process of this journal ended.</summary>
    public bool IsSuspect(Guid id, int attempt)
    {
        lock (_gate)
            return _suspects.ContainsKey((id, attempt));
    }

    /// <summary>How many processes have ended while they ran this attempt alone.</summary>
    public int EndedBy(Guid id, int attempt)
    {
        lock (_gate)
            return _suspects.TryGetValue((id, attempt), out var suspect) ? suspect.Record.Ended : 0;
    }

    /// <summary>Waits until no other suspect runs in this process, whatever its model; dispose what is returned to let the next one in.</summary>
    public async Task<IDisposable> AloneAsync(CancellationToken cancellationToken)
    {
        await _alone.WaitAsync(cancellationToken);
        return new Turn(_alone);
    }

    /// <summary>Another process ended while it ran this attempt alone.</summary>
    public void Heard(Guid id, int attempt)
    {
        lock (_gate)
        {
            if (_suspects.TryGetValue((id, attempt), out var known))
                Keep(known.Slot, known.Record with { Ended = known.Record.Ended + 1 });
            else if (_free.TryPop(out var slot))
                Keep(slot, new StartRecord(StartState.Suspect, 1, attempt, id, Now));
        }
    }

    /// <summary>Attempts of which one has ended the process before this one, while it ran alone: others should <see cref="Heard">hear</see> of them.</summary>
    internal IReadOnlyList<(Guid Id, int Attempt)> EndedLast { get; private set; } = [];

    /// <summary>Notes that work on this attempt begins.</summary>
    /// <returns>For <see cref="End"/>.</returns>
    public int Begin(Guid id, int attempt, bool alone)
    {
        lock (_gate)
        {
            var state = alone ? StartState.RunningAlone : StartState.Running;
            if (_suspects.TryGetValue((id, attempt), out var suspect))
            {
                Keep(suspect.Slot, suspect.Record with { State = state, NotedAt = Now });
                return suspect.Slot;
            }

            if (!_free.TryPop(out var slot))
                return NoSlot;
            Write(slot, new StartRecord(state, 0, attempt, id, Now));
            return slot;
        }
    }

    /// <summary>Notes that this process lives and is no longer at work on the attempt.</summary>
    /// <param name="slot">From <see cref="Begin"/>.</param>
    /// <param name="id">The same identification.</param>
    /// <param name="attempt">The same attempt.</param>
    /// <param name="finished">True when it has its outcome; a suspect without one stays a suspect.</param>
    public void End(int slot, Guid id, int attempt, bool finished)
    {
        if (slot == NoSlot)
            return;
        lock (_gate)
        {
            var isSuspect = _suspects.TryGetValue((id, attempt), out var suspect);
            if (isSuspect && !finished && suspect.Slot == slot)
            {
                Keep(slot, suspect.Record with { State = StartState.Suspect, NotedAt = Now });
                return;
            }

            if (isSuspect && finished)
                Drop(suspect);
            if (!isSuspect || suspect.Slot != slot)
                Free(slot);
        }
    }

    /// <summary>The attempt was given up, and will not be started again.</summary>
    public void Forget(Guid id, int attempt)
    {
        lock (_gate)
        {
            if (_suspects.TryGetValue((id, attempt), out var suspect))
                Drop(suspect);
        }
    }

    public void Dispose()
    {
        _file?.Dispose();
        _alone.Dispose();
    }

    private long Now => _time.GetUtcNow().ToUnixTimeMilliseconds();

    private void Load(StartRecord[] records)
    {
        var oldest = (_time.GetUtcNow() - ForgetAfter).ToUnixTimeMilliseconds();
        var ended = new List<(Guid Id, int Attempt)>();
        // Backwards, so that the first slots are taken first.
        for (var slot = records.Length - 1; slot >= 0; slot--)
        {
            var record = records[slot];
            if (record.State == StartState.Free || (record.State == StartState.Suspect && record.NotedAt < oldest))
            {
                if (record.State != StartState.Free)
                    Write(slot, default);
                _free.Push(slot);
                continue;
            }

            if (record.State == StartState.RunningAlone)
                ended.Add(record.Key);
            Keep(slot, record with { State = StartState.Suspect, Ended = record.Ended + (record.State == StartState.RunningAlone ? 1 : 0) });
        }

        EndedLast = ended;
        if (_suspects.Count > 0)
            LogSuspects(_suspects.Count, _file!.Path);
    }

    private void Keep(int slot, StartRecord record)
    {
        _suspects[record.Key] = (slot, record);
        Write(slot, record);
    }

    private void Drop((int Slot, StartRecord Record) suspect)
    {
        _suspects.Remove(suspect.Record.Key);
        Free(suspect.Slot);
    }

    private void Free(int slot)
    {
        Write(slot, default);
        _free.Push(slot);
    }

    // A journal that cannot be written must not stop the work; the broker's own limit of deliveries is behind it.
    private void Write(int slot, StartRecord record)
    {
        try
        {
            _file?.Write(slot, record);
        }
        catch (IOException exception)
        {
            if (!_failing)
                LogNotWritten(exception, _file!.Path);
            _failing = true;
        }
    }

    [LoggerMessage(LogLevel.Warning, "{Count} photos were in hand when a process ended, or have not run through since: they run one at a time. Noted in {File}.")]
    private partial void LogSuspects(int count, string file);

    [LoggerMessage(LogLevel.Error, "Starts:Folder {Folder} cannot be used: a photo that ends this process will not be found out.")]
    private partial void LogNoJournal(Exception exception, string folder);

    [LoggerMessage(LogLevel.Error, "Starts cannot be noted in {File}: a photo that ends this process may not be found out.")]
    private partial void LogNotWritten(Exception exception, string file);

    private sealed class Turn(SemaphoreSlim turns) : IDisposable
    {
        public void Dispose() => turns.Release();
    }
}
