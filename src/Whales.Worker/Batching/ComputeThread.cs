using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;

namespace Whales.Worker.Batching;

/// <summary>
/// A thread that only computes, for long at a time, and steps back for all others: whoever is woken meanwhile, for a request, a message or Prometheus,
/// has the core at once and not after the present time slice. Those who hand it work wait for it on a thread of their own: a thread that has stepped
/// back cannot return, and what it starts, such as a thread of the pool, would step back too (docs/decisions/0021-compute-threads-yield.md).
/// </summary>
internal sealed unsafe partial class ComputeThread : IDisposable
{
    // Of x86-64; glibc has had functions for these only lately.
    private const nint SchedSetAttr = 314;
    private const nint SchedGetAttr = 315;
    private const ulong ResetOnFork = 1;
    private const int Nicest = 19;

    // Linux 6.12 and later take the core from one thread for another whose slice is shorter; 1 to 3 ms is what all have that do not say.
    private const ulong SliceNanoseconds = 20_000_000;

    private readonly object _gate = new();
    private readonly Thread? _thread;
    private Action? _work;
    private ExceptionDispatchInfo? _error;
    private bool _closed;

    /// <param name="name">For those who look at the threads of the process.</param>
    /// <param name="niceness">How far it steps back, 0 to 19. 0: not at all; then there is no such thread.</param>
    public ComputeThread(string name, int niceness)
    {
        if (niceness == 0)
            return;
        _thread = new Thread(() => Serve(niceness)) { IsBackground = true, Name = name };
        _thread.Start();
    }

    /// <summary>The calling thread steps back, until it ends. Where the kernel does not allow it, nothing happens.</summary>
    public static void StepBack(int niceness)
    {
        var attributes = new Attributes { Size = (uint)sizeof(Attributes) };
        if (niceness == 0 || Call(SchedGetAttr, 0, (nint)(&attributes), sizeof(Attributes), 0) != 0)
            return;
        attributes.Flags = ResetOnFork;
        attributes.Nice = Math.Min(Nicest, attributes.Nice + niceness);
        attributes.Runtime = SliceNanoseconds;
        _ = Call(SchedSetAttr, 0, (nint)(&attributes), 0, 0);
    }

    /// <summary>Runs <paramref name="work"/>, and returns or throws when it has. One caller at a time.</summary>
    public void Run(Action work)
    {
        if (_thread is null)
        {
            work();
            return;
        }

        ExceptionDispatchInfo? error;
        lock (_gate)
        {
            _work = work;
            Monitor.Pulse(_gate);
            while (_work is not null)
                Monitor.Wait(_gate);
            (error, _error) = (_error, null);
        }

        error?.Throw();
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _closed = true;
            Monitor.Pulse(_gate);
        }

        _thread?.Join();
    }

    private void Serve(int niceness)
    {
        StepBack(niceness);
        while (Take() is { } work)
        {
            ExceptionDispatchInfo? error = null;
            try
            {
                work();
            }
#pragma warning disable CA1031 // Whatever the work threw belongs to its caller.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                error = ExceptionDispatchInfo.Capture(exception);
            }

            lock (_gate)
            {
                (_work, _error) = (null, error);
                Monitor.Pulse(_gate);
            }
        }
    }

    private Action? Take()
    {
        lock (_gate)
        {
            while (_work is null && !_closed)
                Monitor.Wait(_gate);
            return _work;
        }
    }

    [LibraryImport("libc", EntryPoint = "syscall")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial nint Call(nint number, nint thread, nint attributes, nint first, nint second);

    /// <summary>The kernel's <c>struct sched_attr</c>, in its first size.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Attributes
    {
        public uint Size;
        public uint Policy;
        public ulong Flags;
        public int Nice;
        public uint Priority;
        public ulong Runtime;
        public ulong Deadline;
        public ulong Period;
    }
}
