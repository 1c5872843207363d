using System.Runtime.ExceptionServices;

namespace Whales.Hosting.Images;

/// <summary>
/// Lets simultaneous callers share one slow, blocking flush (the fsync of a directory). A caller is answered only by a flush that began
/// after its call, so that what it did before is covered: while one flush runs, all who come join the next.
/// </summary>
internal sealed class SharedFlush(Action flush)
{
    private readonly object _gate = new();
    private Round _next = new();
    private bool _running;

    public void Flush()
    {
        Round round;
        bool lead;
        lock (_gate)
        {
            round = _next;
            while (_running && !round.Done)
                Monitor.Wait(_gate);
            lead = !round.Done;
            if (lead)
            {
                _running = true;
                _next = new Round();
            }
        }

        if (lead)
            Run(round);
        round.Error?.Throw();
    }

    private void Run(Round round)
    {
        ExceptionDispatchInfo? error = null;
        try
        {
            flush();
        }
        catch (Exception exception)
        {
            error = ExceptionDispatchInfo.Capture(exception);
        }

        lock (_gate)
        {
            round.Error = error;
            round.Done = true;
            _running = false;
            Monitor.PulseAll(_gate);
        }
    }

    private sealed class Round
    {
        public bool Done { get; set; }

        public ExceptionDispatchInfo? Error { get; set; }
    }
}
