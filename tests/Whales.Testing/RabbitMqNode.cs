namespace Whales.Testing;

/// <summary>The processes of one RabbitMQ node (the Erlang machine and its port mapper), its directory and its ports.</summary>
internal sealed class RabbitMqNode : IDisposable
{
    // The wrapper in /usr/sbin changes to the user rabbitmq; this one runs as whoever calls it.
    private const string Server = "/usr/lib/rabbitmq/bin/rabbitmq-server";

    // RabbitMQ 3.10.8, killed within the first second of a quorum queue's life, brings that queue back without a leader, and
    // it answers nothing from then on. The tests kill servers whose queues are young and stand for old ones.
    private static readonly TimeSpan QueueSettles = TimeSpan.FromSeconds(2);

    private readonly string _folder = Directory.CreateTempSubdirectory("whales-rabbitmq-").FullName;
    private readonly int _amqp = FreePort.Next();
    private readonly int _management = FreePort.Next();
    private readonly int _metrics = FreePort.Next();
    private readonly int _distribution = FreePort.Next();
    private readonly int _epmd = FreePort.Next();
    private readonly Lock _lock = new();

    private ChildProcess? _mapper;
    private ChildProcess? _erlang;
    private bool _disposed;

    private RabbitMqNode() => WriteConfiguration();

    public Uri Uri => new($"amqp://guest:guest@127.0.0.1:{_amqp}/");

    public Uri ManagementUri => new($"http://127.0.0.1:{_management}/");

    public Uri MetricsUri => new($"http://127.0.0.1:{_metrics}/metrics");

    public string Output => _erlang?.OutputTail() ?? "";

    /// <exception cref="InvalidOperationException">The package is not installed.</exception>
    public static RabbitMqNode Create()
        => File.Exists(Server)
            ? new RabbitMqNode()
            : throw new InvalidOperationException(
                $"This test needs RabbitMQ, and {Server} is not there. Install the Debian package rabbitmq-server "
                + "(RUNLEVEL=1 apt-get install rabbitmq-server keeps its service from starting; scripts/test.sh does that).");

    public void Start()
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (_erlang is { HasExited: false })
                return;

            // Started by us, in the foreground: Erlang would leave a daemon behind that outlives every test.
            if (_mapper is null or { HasExited: true })
                _mapper = ChildProcess.Start(["epmd", "-port", $"{_epmd}", "-address", "127.0.0.1"]);
            _erlang?.Dispose();
            _erlang = ChildProcess.Start([Server], Environment());
        }
    }

    public async Task StopAsync()
    {
        if (_erlang is null)
            return;
        _erlang.Send(Signal.Terminate);
        await _erlang.WaitForExitAsync(TimeSpan.FromSeconds(60));
    }

    public async Task KillAsync()
    {
        if (_erlang is null)
            return;
        if (!_erlang.HasExited)
            await Task.Delay(QueueSettles);
        _erlang.Send(Signal.Kill);
        await _erlang.WaitForExitAsync(TimeSpan.FromSeconds(10));
    }

    /// <summary>Runs <c>rabbitmqctl</c> on this node.</summary>
    public async Task ControlAsync(params string[] arguments)
    {
        // It is an Erlang machine of its own, which finds the node within a limit of its own or not at all: on a busy machine, at the second try.
        for (var attempt = 1; ; attempt++)
        {
            using var process = ChildProcess.Start(["/usr/lib/rabbitmq/bin/rabbitmqctl", "-q", "-t", "60", "-n", "whales@localhost", .. arguments], Environment());
            if (await process.WaitForExitAsync(TimeSpan.FromMinutes(3)) == 0)
                return;
            if (attempt == 3)
                throw new InvalidOperationException($"rabbitmqctl {string.Join(' ', arguments)} failed: {process.OutputTail()}");
        }
    }

    public void Send(Signal signal) => _erlang?.Send(signal);

    public void ThrowIfEnded()
    {
        if (_erlang is { HasExited: true })
            throw new InvalidOperationException($"RabbitMQ ended while it was starting. Its output ends:\n{Output}");
    }

    public void Dispose()
    {
        lock (_lock)
        {
            if (_disposed)
                return;
            _disposed = true;
            _erlang?.Dispose();
            _mapper?.Dispose();
        }

        try
        {
            Directory.Delete(_folder, recursive: true);
        }
        catch (IOException)
        {
            // The kernel may still be closing files of the killed process; the folder is a temporary one.
        }
    }

    private void WriteConfiguration()
    {
        File.WriteAllText(Path.Combine(_folder, "plugins"), "[rabbitmq_management,rabbitmq_prometheus].\n");
        // Each test deletes a virtual host with its queues, which ends dead-letter workers.
        File.Copy(Path.Combine(Repository.Root, "deploy", "rabbitmq", "dead-letter-workers.args"), ErlangArguments);

        // Small and prompt: counts in the management page are half a second old instead of five.
        File.WriteAllText(Path.Combine(_folder, "rabbitmq.conf"), $"""
            listeners.tcp.1 = 127.0.0.1:{_amqp}
            management.tcp.ip = 127.0.0.1
            management.tcp.port = {_management}
            prometheus.tcp.ip = 127.0.0.1
            prometheus.tcp.port = {_metrics}
            collect_statistics_interval = 500
            raft.wal_max_size_bytes = 268435456
            log.file = false
            log.console = true
            log.console.level = warning

            """);
    }

    private string ErlangArguments => Path.Combine(_folder, "erlang.args");

    private Dictionary<string, string?> Environment() => new()
    {
        // Lets the start script become the Erlang machine instead of waiting for it: one process to signal.
        ["detached"] = "true",
        ["HOME"] = _folder,
        ["ERL_EPMD_PORT"] = $"{_epmd}",
        ["ERL_EPMD_ADDRESS"] = "127.0.0.1",
        ["ERL_MAX_PORTS"] = "4096",
        ["RABBITMQ_NODENAME"] = "whales@localhost",
        ["RABBITMQ_DIST_PORT"] = $"{_distribution}",
        ["RABBITMQ_MNESIA_BASE"] = Path.Combine(_folder, "data"),
        ["RABBITMQ_LOG_BASE"] = Path.Combine(_folder, "log"),
        ["RABBITMQ_ENABLED_PLUGINS_FILE"] = Path.Combine(_folder, "plugins"),
        ["RABBITMQ_CONFIG_FILE"] = Path.Combine(_folder, "rabbitmq.conf"),
        ["RABBITMQ_ADVANCED_CONFIG_FILE"] = Path.Combine(_folder, "advanced.config"),
        ["RABBITMQ_CONF_ENV_FILE"] = Path.Combine(_folder, "rabbitmq-env.conf"),
        ["RABBITMQ_MAX_NUMBER_OF_PROCESSES"] = "65536",
        ["RABBITMQ_MAX_NUMBER_OF_ATOMS"] = "1048576",
        ["RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS"] =
            $"-kernel inet_dist_use_interface {{127,0,0,1}} -rabbit quorum_tick_interval 500 +S 2:2 +sbwt none +sbwtdcpu none +sbwtdio none -args_file {ErlangArguments}",
    };
}
