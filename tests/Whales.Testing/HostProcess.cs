using System.Globalization;

namespace Whales.Testing;

/// <summary>One of our hosts as a real process, on a port of its own.</summary>
public sealed class HostProcess : IAsyncDisposable
{
    private static readonly HttpClient Probe = new() { Timeout = TimeSpan.FromSeconds(5) };

    private readonly ChildProcess _process;
    private readonly string _program;
    private readonly bool _wrapped;

    private HostProcess(ChildProcess process, Uri url, string program, bool wrapped)
    {
        _process = process;
        _program = program;
        _wrapped = wrapped;
        Url = url;
    }

    /// <summary>Where it listens, with a slash at the end.</summary>
    public Uri Url { get; }

    /// <summary>The host's own process id, also where a wrapper runs it.</summary>
    public int Pid => _wrapped ? FindWrapped() : _process.Pid;

    public bool HasExited => _process.HasExited;

    /// <summary>The lines that the process wrote so far, standard output and error.</summary>
    public IReadOnlyList<string> Output => _process.Output;

    /// <summary>Starts a host; it is killed when it is disposed, and by the kernel when this process ends.</summary>
    /// <param name="project">A project of src/, for example <c>Whales.Worker</c>, or the path of another web program's dll.</param>
    /// <param name="environment">Its settings, such as <c>Models__Folder</c>; null takes a variable away. <c>ASPNETCORE_URLS</c> is set.</param>
    /// <param name="arguments">Arguments of the host.</param>
    /// <param name="port">Null: a free one. Give the port of a host that ended to start its successor in the same place.</param>
    /// <param name="wrapper">A command that runs the host, such as <c>strace -f -e trace=fsync,fdatasync -o file</c>.</param>
    /// <param name="workingDirectory">Null: the test's own.</param>
    public static HostProcess Start(
        string project,
        IReadOnlyDictionary<string, string?>? environment = null,
        IReadOnlyList<string>? arguments = null,
        int? port = null,
        IReadOnlyList<string>? wrapper = null,
        string? workingDirectory = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(project);
        var program = project.EndsWith(".dll", StringComparison.Ordinal) ? Path.GetFullPath(project) : Repository.Program(project);
        var url = new UriBuilder(Uri.UriSchemeHttp, "127.0.0.1", port ?? FreePort.Next()).Uri;
        var settings = new Dictionary<string, string?>(environment ?? new Dictionary<string, string?>())
        {
            ["ASPNETCORE_URLS"] = url.AbsoluteUri,
        };

        // The wrapper gets its own parent-death signal, and the host one from the wrapper.
        string[] prefix = wrapper is null ? [] : [.. wrapper, "setpriv", "--pdeathsig", "KILL", "--"];
        var process = ChildProcess.Start([.. prefix, DotnetPath(), program, .. arguments ?? []], settings, workingDirectory);
        return new HostProcess(process, url, program, wrapper is not null);
    }

    /// <summary>Waits until <c>/health/ready</c> answers 200.</summary>
    /// <param name="timeout">Null: 150 s, less than Kubernetes gives a worker to start (deploy/kubernetes).</param>
    /// <exception cref="InvalidOperationException">The process ended, or was not ready in time; the text has its output.</exception>
    public async Task WaitForReadyAsync(TimeSpan? timeout = null)
    {
        var last = "no answer yet";
        try
        {
            await Eventually.UntilAsync(ReadyAsync, timeout ?? TimeSpan.FromSeconds(150), () => $"{Url}health/ready; {last}");
        }
        catch (TimeoutException failure)
        {
            throw Failed(failure.Message);
        }

        async Task<bool> ReadyAsync()
        {
            if (_process.HasExited)
                throw Failed($"ended with {await _process.WaitForExitAsync(TimeSpan.FromSeconds(5))} before it was ready");
            try
            {
                using var answer = await Probe.GetAsync(new Uri(Url, "health/ready"));
                last = $"{(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync()}";
                return answer.IsSuccessStatusCode;
            }
            catch (Exception failure) when (failure is HttpRequestException or TaskCanceledException)
            {
                last = failure.Message;
                return false;
            }
        }
    }

    /// <summary>Waits until the output has a line with <paramref name="text"/>, and returns it.</summary>
    public async Task<string> WaitForOutputAsync(string text, TimeSpan? timeout = null)
    {
        string? Find() => Output.FirstOrDefault(line => line.Contains(text, StringComparison.Ordinal));
        await Eventually.UntilAsync(
            () => Task.FromResult(Find() is not null), timeout ?? TimeSpan.FromSeconds(30),
            () => $"\"{text}\" in the output, which ends:\n{_process.OutputTail()}");
        return Find()!;
    }

    /// <summary>SIGKILL: the host gets no chance to finish anything. Returns when it is gone.</summary>
    public async Task KillAsync()
    {
        Send(Signal.Kill);
        await _process.WaitForExitAsync(TimeSpan.FromSeconds(10));
    }

    /// <summary>SIGTERM: asks the host to drain and end. See <see cref="WaitForExitAsync"/>.</summary>
    public void Terminate() => Send(Signal.Terminate);

    /// <summary>SIGINT, what Ctrl-C sends: as <see cref="Terminate"/>.</summary>
    public void Interrupt() => Send(Signal.Interrupt);

    /// <summary>Waits for the end and returns the exit code.</summary>
    /// <param name="timeout">Null: 60 s.</param>
    public Task<int> WaitForExitAsync(TimeSpan? timeout = null) => _process.WaitForExitAsync(timeout ?? TimeSpan.FromSeconds(60));

    /// <summary>SIGSTOP: the process stands still, its connections stay open.</summary>
    public void Pause() => Send(Signal.Stop);

    /// <summary>SIGCONT, after <see cref="Pause"/>.</summary>
    public void Resume() => Send(Signal.Continue);

    public ValueTask DisposeAsync()
    {
        // A wrapper takes the host with it: see the parent-death signal above.
        _process.Dispose();
        return ValueTask.CompletedTask;
    }

    private void Send(Signal signal)
    {
        if (!_process.HasExited)
            _process.Send(Pid, signal);
    }

    private InvalidOperationException Failed(string what)
        => new($"{Path.GetFileNameWithoutExtension(_program)}: {what}\nIts output ends:\n{_process.OutputTail()}");

    private int FindWrapped()
    {
        for (var waiting = new Queue<int>([_process.Pid]); waiting.TryDequeue(out var pid);)
        {
            if (IsHost(pid))
                return pid;
            foreach (var child in Children(pid))
                waiting.Enqueue(child);
        }

        throw new InvalidOperationException($"The wrapper has not started {_program} yet.\n{_process.OutputTail()}");
    }

    private bool IsHost(int pid)
    {
        try
        {
            // A program that is still setpriv on its way to becoming the host does not count.
            var words = File.ReadAllText($"/proc/{pid}/cmdline").Split('\0');
            return words.Length > 1 && words[1] == _program;
        }
        catch (IOException)
        {
            return false;
        }
    }

    private static IEnumerable<int> Children(int pid)
    {
        try
        {
            return [.. File.ReadAllText($"/proc/{pid}/task/{pid}/children")
                .Split(' ', StringSplitOptions.RemoveEmptyEntries)
                .Select(text => int.Parse(text, CultureInfo.InvariantCulture))];
        }
        catch (IOException)
        {
            return [];
        }
    }

    // The runtime that runs this test also runs the host: PATH may have none, or another one.
    private static string DotnetPath()
    {
        var runtime = Path.GetDirectoryName(typeof(object).Assembly.Location)!;
        var beside = Path.GetFullPath(Path.Combine(runtime, "..", "..", "..", "dotnet"));
        return File.Exists(beside) ? beside : "dotnet";
    }
}
