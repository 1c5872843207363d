using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace Whales.Testing;

/// <summary>
/// A real RabbitMQ on free loopback ports, run as the current user from the Debian package, with management and
/// prometheus. Tests share one per process and take a virtual host each; a test that stops or kills the server starts
/// a private one.
/// </summary>
public sealed class RabbitMqServer : IAsyncDisposable
{
    /// <summary>Names a server that runs already (amqp://user:password@host:port/); its management answers on port 15672,
    /// or where <c>WHALES_RABBITMQ_MANAGEMENT</c> says. It is never stopped; private servers are started all the same.</summary>
    public const string Variable = "WHALES_RABBITMQ";

    private static readonly TimeSpan StartTimeout = TimeSpan.FromMinutes(3);
    private static readonly Lazy<Task<RabbitMqServer>> Shared = new(StartSharedAsync);

    private readonly RabbitMqNode? _node;

    private RabbitMqServer(RabbitMqNode? node, Uri uri, Uri managementUri)
    {
        _node = node;
        Uri = uri;
        Management = new RabbitMqManagement(uri, managementUri);
    }

    /// <summary>amqp address with user and password; its virtual host is the default one. It stays the same over a restart.</summary>
    public Uri Uri { get; }

    public RabbitMqManagement Management { get; }

    /// <summary>Where <c>/metrics</c> of the prometheus plug-in answers; null for a server that was given.</summary>
    public Uri? MetricsUri => _node?.MetricsUri;

    /// <summary>The server that the tests of this process share: never stop it.</summary>
    public static Task<RabbitMqServer> SharedAsync() => Shared.Value;

    /// <summary>A server for one test, which may stop, kill and restart it. About five seconds.</summary>
    public static async Task<RabbitMqServer> StartPrivateAsync()
    {
        var node = RabbitMqNode.Create();
        var server = new RabbitMqServer(node, node.Uri, node.ManagementUri);
        try
        {
            await server.StartAsync();
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>A virtual host of one's own: queues of the same name in other tests are other queues. Dispose it to delete it.</summary>
    public async Task<RabbitMqVirtualHost> CreateVirtualHostAsync()
    {
        var name = "test-" + Guid.CreateVersion7().ToString("N");
        await Management.PutVirtualHostAsync(name);
        return new RabbitMqVirtualHost(name, new UriBuilder(Uri) { Path = name }.Uri, Management);
    }

    /// <summary>Starts the server again on the ports and data that it had; returns when a client can connect.</summary>
    public async Task StartAsync()
    {
        Owned.Start();
        await Eventually.UntilAsync(IsReadyAsync, StartTimeout, () => $"RabbitMQ on {Uri.Port} takes connections.\n{Owned.Output}");
    }

    /// <summary>Stops the server in good order, as a service manager does.</summary>
    public Task StopAsync() => Owned.StopAsync();

    /// <summary>SIGKILL, two seconds from now (RabbitMQ 3.10 loses the leader of a queue that is younger).</summary>
    public Task KillAsync() => Owned.KillAsync();

    /// <summary>Sets off the memory alarm, which blocks whoever publishes, or ends it.</summary>
    public Task SetMemoryAlarmAsync(bool on) => Owned.ControlAsync("set_vm_memory_high_watermark", on ? "0.0000001" : "0.6");

    /// <summary>Whether a connection of the host of this name waits for an alarm to end.</summary>
    public Task<bool> IsBlockedAsync(string host) => Management.IsBlockedAsync(host);

    /// <summary>Ends the processes that carry dead letters, all at once, and starts one whose queue is gone: what the deletion of queues may do.</summary>
    public Task EndDeadLetterWorkersAsync() =>
        // Fewer than two would prove nothing: then this fails.
        Owned.ControlAsync(
            "eval",
            "[_, _ | _] = Workers = supervisor:which_children(rabbit_fifo_dlx_sup), [exit(Pid, kill) || {_, Pid, _, _} <- Workers], "
            + "supervisor:start_child(rabbit_fifo_dlx_sup, [rabbit_misc:r(<<\"/\">>, queue, <<\"gone\">>)]).");

    /// <summary>SIGSTOP: connections stay open and nothing is answered, until <see cref="Resume"/>.</summary>
    public void Pause() => Owned.Send(Signal.Stop);

    /// <summary>SIGCONT, after <see cref="Pause"/>.</summary>
    public void Resume() => Owned.Send(Signal.Continue);

    /// <summary><see cref="StopAsync"/> and <see cref="StartAsync"/>.</summary>
    public async Task RestartAsync()
    {
        await StopAsync();
        await StartAsync();
    }

    public ValueTask DisposeAsync()
    {
        Management.Dispose();
        _node?.Dispose();
        return ValueTask.CompletedTask;
    }

    private RabbitMqNode Owned
        => _node ?? throw new InvalidOperationException($"The server of {Variable} is not ours to start or stop: use StartPrivateAsync.");

    private async Task<bool> IsReadyAsync()
    {
        Owned.ThrowIfEnded();
        try
        {
            var factory = new ConnectionFactory { Uri = Uri, RequestedConnectionTimeout = TimeSpan.FromSeconds(5) };
            await using var connection = await factory.CreateConnectionAsync();
            return await Management.AnswersAsync();
        }
        catch (BrokerUnreachableException)
        {
            return false;
        }
    }

    private static async Task<RabbitMqServer> StartSharedAsync()
    {
        if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } given)
        {
            var uri = new Uri(given);
            var management = Environment.GetEnvironmentVariable("WHALES_RABBITMQ_MANAGEMENT");
            return new RabbitMqServer(null, uri, new Uri(management ?? $"http://{uri.Host}:15672/"));
        }

        var server = await StartPrivateAsync();
        AppDomain.CurrentDomain.ProcessExit += (_, _) => server._node!.Dispose();
        return server;
    }
}
