using Whales.Testing;

namespace Whales.Benchmarks;

/// <summary>A whole system as operators start it, with the CPU time of each of its parts.</summary>
internal sealed class SystemUnderTest : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("whales-bench-").FullName;
    private readonly List<IAsyncDisposable> _parts = [];
    private readonly Dictionary<string, string?> _environment;

    private SystemUnderTest(string modelsFolder, string? model) => _environment = new()
    {
        ["Models__Folder"] = modelsFolder,
        ["Models__Serve__0"] = model,
        ["Storage__SqliteFile"] = Path.Combine(_folder, "whales.db"),
        ["ImageStore__Folder"] = Path.Combine(_folder, "images"),
        ["Logging__LogLevel__Default"] = "Warning",
    };

    public HostProcess Api { get; private set; } = null!;

    /// <summary>The job table, where it is in PostgreSQL.</summary>
    public JobTable? JobTable { get; private set; }

    /// <summary>Processes whose CPU is counted, by name.</summary>
    public Dictionary<string, int[]> Processes { get; } = [];

    /// <summary>Standalone, with one model or with all; without <paramref name="serving"/> it accepts photos and identifies none.</summary>
    public static async Task<SystemUnderTest> StandaloneAsync(string modelsFolder, string? model, bool serving = true)
    {
        var system = new SystemUnderTest(modelsFolder, serving ? model : "none");
        // Nothing leaves the line: what is measured is taking photos in, not refusing them.
        if (!serving)
            system._environment["Ingest__MaxWaiting"] = "1000000";
        system.Api = HostProcess.Start("Whales.Standalone", system._environment);
        system._parts.Add(system.Api);
        system.Processes["standalone"] = [system.Api.Pid];
        await WaitAsync(system.Api, serving ? "health/ready" : "health/live");
        return system;
    }

    /// <summary>RabbitMQ, PostgreSQL and the API; the worker is started by itself.</summary>
    public static async Task<SystemUnderTest> DistributedAsync(string modelsFolder, string? model, Dictionary<string, string?>? settings = null)
    {
        var system = new SystemUnderTest(modelsFolder, model);
        foreach (var (key, value) in settings ?? [])
            system._environment[key] = value;
        var database = await (await PostgresServer.GetAsync()).CreateDatabaseAsync();
        system._parts.Add(database);
        system.JobTable = new JobTable(database.ConnectionString);
        var broker = await RabbitMqServer.StartPrivateAsync();
        system._parts.Add(broker);
        system._environment["ConnectionStrings__Whales"] = database.ConnectionString;
        system._environment["RabbitMq__Uri"] = broker.Uri.ToString();
        system.Api = HostProcess.Start("Whales.Ingest.Api", system._environment);
        system._parts.Add(system.Api);
        system.Processes["api"] = [system.Api.Pid];
        system.Processes["rabbitmq"] = PidsOf("beam.smp");
        system.Processes["postgresql"] = PidsOf("postgres");
        await WaitAsync(system.Api, "health/ready");
        return system;
    }

    /// <summary>Starts a worker; returns at once when <paramref name="ready"/> is false.</summary>
    public async Task<HostProcess> StartWorkerAsync(bool ready)
    {
        var worker = HostProcess.Start("Whales.Worker", _environment);
        _parts.Add(worker);
        Processes["worker"] = [worker.Pid];
        if (ready)
            await WaitAsync(worker, "health/ready");
        return worker;
    }

    /// <summary>Ends the worker that was started last, as an operator would.</summary>
    public async Task StopWorkerAsync()
    {
        var worker = (HostProcess)_parts[^1];
        worker.Terminate();
        await worker.WaitForExitAsync();
        _parts.Remove(worker);
        await worker.DisposeAsync();
        Processes.Remove("worker");
    }

    /// <summary>Standalone, or the worker that was started last, stands still in the bare loop's turns. With it all others have next to nothing to do.</summary>
    public Turns TurnsWith(Func<TimeSpan, Rate> bareLoop)
    {
        var computes = _parts.OfType<HostProcess>().Last();
        return new(bareLoop, computes.Pause, computes.Resume, CpuSeconds);
    }

    public Dictionary<string, double> CpuSeconds() =>
        Processes.Append(new("load generator", [Environment.ProcessId]))
            .ToDictionary(p => p.Key, p => p.Key == "load generator" ? Environment.CpuUsage.TotalTime.TotalSeconds : ProcessCpu.Seconds(p.Value));

    public async ValueTask DisposeAsync()
    {
        for (var i = _parts.Count - 1; i >= 0; i--)
            await _parts[i].DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private static async Task WaitAsync(HostProcess host, string path)
    {
        using var http = new HttpClient();
        await Eventually.UntilAsync(
            async () =>
            {
                try
                {
                    return (await http.GetAsync(new Uri(host.Url, path))).IsSuccessStatusCode;
                }
                catch (HttpRequestException)
                {
                    return false;
                }
            },
            TimeSpan.FromMinutes(2),
            () => $"{host.Url}{path} answers; its output: {string.Join('\n', host.Output.TakeLast(5))}");
    }

    // The servers that this process started are its descendants, but their guards may have been adopted: find them by name.
    internal static int[] PidsOf(string command) =>
        [.. System.Diagnostics.Process.GetProcesses().Where(p => p.ProcessName.StartsWith(command, StringComparison.Ordinal)).Select(p => p.Id)];
}
