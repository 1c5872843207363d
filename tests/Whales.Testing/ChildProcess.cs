using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Whales.Testing;

/// <summary>
/// A program that a test started: its output is kept, signals reach it, and the kernel kills it when this process ends,
/// however it ends.
/// </summary>
public sealed class ChildProcess : IDisposable
{
    private readonly Process _process;
    private readonly ConcurrentQueue<string> _output = new();
    private readonly Task _exited;
    private readonly Task _outputEnded;

    private ChildProcess(Process process, Task exited, Task outputEnded)
    {
        _process = process;
        _exited = exited;
        _outputEnded = outputEnded;
    }

    public int Pid => _process.Id;

    public bool HasExited => _process.HasExited;

    /// <summary>What the process wrote so far, standard output and error in the order they came.</summary>
    public IReadOnlyList<string> Output => [.. _output];

    /// <summary>The last lines of the output, for the text of a failure.</summary>
    public string OutputTail(int lines = 60) => string.Join(Environment.NewLine, _output.TakeLast(lines));

    /// <summary>Starts <paramref name="command"/> (program and arguments).</summary>
    /// <param name="command">Program (a path, or a name to be found in PATH) and its arguments.</param>
    /// <param name="environment">Added to this process's environment; null takes a variable away.</param>
    /// <param name="workingDirectory">Null: this process's own.</param>
    public static ChildProcess Start(
        IReadOnlyList<string> command, IReadOnlyDictionary<string, string?>? environment = null, string? workingDirectory = null)
    {
        ArgumentNullException.ThrowIfNull(command);
        var start = new ProcessStartInfo("setpriv")
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = workingDirectory ?? "",
        };
        // A shell that starts the tests in the background has them ignore SIGINT, and what is ignored is inherited.
        foreach (var argument in (string[])["--pdeathsig", "KILL", "--", "env", "--default-signal=INT,QUIT", .. command])
            start.ArgumentList.Add(argument);
        foreach (var (name, value) in environment ?? new Dictionary<string, string?>())
            start.Environment[name] = value;
        return Spawner.Run(() => Launch(start));
    }

    /// <summary>Sends a signal, unless the process is gone already.</summary>
    public void Send(Signal signal) => Send(Pid, signal);

    /// <summary>Waits for the end and returns the exit code; 128 + the signal's number where one ended it.</summary>
    /// <exception cref="TimeoutException">The process still runs after <paramref name="timeout"/>; it is left alone.</exception>
    public async Task<int> WaitForExitAsync(TimeSpan timeout)
    {
        try
        {
            // Process.WaitForExitAsync would also wait for the end of the output, which a grandchild may hold open.
            await _exited.WaitAsync(timeout);
        }
        catch (TimeoutException)
        {
            throw new TimeoutException($"Process {Pid} still runs after {timeout.TotalSeconds:0.#} s. Its output ends:\n{OutputTail()}");
        }

        // The output is complete enough without such a grandchild's.
        await Task.WhenAny(_outputEnded, Task.Delay(TimeSpan.FromSeconds(2), CancellationToken.None));
        return _process.ExitCode;
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            Send(Signal.Kill);
            _process.WaitForExit(TimeSpan.FromSeconds(10));
        }

        _process.Dispose();
    }

    internal void Send(int pid, Signal signal)
    {
        // The pid may belong to somebody else once the process is gone.
        if (!_process.HasExited)
            _ = SendSignal(pid, (int)signal);
    }

    private static ChildProcess Launch(ProcessStartInfo start)
    {
        var exited = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var process = new Process { StartInfo = start, EnableRaisingEvents = true };
        process.Exited += (_, _) => exited.SetResult();
        process.Start();
        process.StandardInput.Close();
        var open = 2;
        var child = new ChildProcess(process, exited.Task, ended.Task);
        process.OutputDataReceived += Keep;
        process.ErrorDataReceived += Keep;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return child;

        void Keep(object sender, DataReceivedEventArgs line)
        {
            if (line.Data is not null)
                child._output.Enqueue(line.Data);
            else if (Interlocked.Decrement(ref open) == 0)
                ended.SetResult();
        }
    }

    [DllImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SendSignal(int pid, int signal);

    /// <summary>
    /// Starts processes from one thread that never ends: the kernel sends the parent-death signal when the *thread* that
    /// forked ends, and threads of the pool do.
    /// </summary>
    private static class Spawner
    {
        private static readonly BlockingCollection<Action> Work = Begin();

        public static ChildProcess Run(Func<ChildProcess> launch)
        {
            var result = new TaskCompletionSource<ChildProcess>(TaskCreationOptions.RunContinuationsAsynchronously);
            Work.Add(() =>
            {
                try
                {
                    result.SetResult(launch());
                }
                catch (Exception failure) when (failure is InvalidOperationException or System.ComponentModel.Win32Exception)
                {
                    result.SetException(new InvalidOperationException(
                        "A child process could not be started; setpriv comes with the Debian package util-linux. " + failure.Message, failure));
                }
            });
            return result.Task.GetAwaiter().GetResult();
        }

        private static BlockingCollection<Action> Begin()
        {
            var work = new BlockingCollection<Action>();
            new Thread(() =>
            {
                foreach (var action in work.GetConsumingEnumerable())
                    action();
            })
            { IsBackground = true, Name = "Child process spawner" }.Start();
            return work;
        }
    }
}

/// <summary>The signals that tests send (their numbers on Linux).</summary>
public enum Signal
{
    Kill = 9,
    Terminate = 15,
    Interrupt = 2,
    Continue = 18,
    Stop = 19,
}
