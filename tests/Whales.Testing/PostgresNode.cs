using Npgsql;

namespace Whales.Testing;

/// <summary>A PostgreSQL of one test's own, which may stop, pause, kill and start it again on the same port and data.</summary>
public sealed class PostgresNode : IAsyncDisposable
{
    private readonly string _programs;
    private readonly string _folder = Directory.CreateTempSubdirectory("whales-postgres-").FullName;
    private readonly int _port = FreePort.Next();
    private ChildProcess? _server;

    private PostgresNode(string programs) => _programs = programs;

    /// <summary>Of the database <c>postgres</c>, as a role that may do everything.</summary>
    public string ConnectionString => $"Host=127.0.0.1;Port={_port};Username=whales;Database=postgres";

    public static async Task<PostgresNode> StartNewAsync()
    {
        var node = new PostgresNode(PostgresServer.RequirePrograms());
        try
        {
            await node.InitialiseAsync();
            await node.StartAsync();
            return node;
        }
        catch
        {
            await node.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts the server; returns when it answers.</summary>
    public async Task StartAsync()
    {
        _server?.Dispose();
        _server = ChildProcess.Start(AsPostgres(Path.Combine(_programs, "postgres"), "-D", Path.Combine(_folder, "data"), "-p", $"{_port}",
            "-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=", "-c", "fsync=on", "-c", "max_connections=200"));
        await Eventually.UntilAsync(AnswersAsync, TimeSpan.FromSeconds(60), () => $"PostgreSQL answers.\n{_server.OutputTail()}");
    }

    /// <summary>Stops the server at once, without waiting for its clients; what was committed stays.</summary>
    public async Task StopAsync()
    {
        _server!.Send(Signal.Interrupt);
        await _server.WaitForExitAsync(TimeSpan.FromSeconds(60));
    }

    public ValueTask DisposeAsync()
    {
        _server?.Dispose();
        try
        {
            Directory.Delete(_folder, recursive: true);
        }
        catch (IOException)
        {
            // The children of the killed server are still closing their files; the folder is a temporary one.
        }

        return ValueTask.CompletedTask;
    }

    private async Task InitialiseAsync()
    {
        var data = Directory.CreateDirectory(Path.Combine(_folder, "data")).FullName;
        if (Environment.IsPrivilegedProcess)
            await RunAsync("chown", "-R", "postgres", _folder);
        await RunAsync(AsPostgres(Path.Combine(_programs, "initdb"), "-D", data, "-U", "whales", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"));
    }

    // PostgreSQL refuses to run as root. The change of user takes the parent-death signal away: it is asked for again.
    private static string[] AsPostgres(params string[] command) => Environment.IsPrivilegedProcess
        ? ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", "--pdeathsig", "KILL", "--", .. command]
        : command;

    private static async Task RunAsync(params string[] command)
    {
        using var process = ChildProcess.Start(command, workingDirectory: "/");
        if (await process.WaitForExitAsync(TimeSpan.FromSeconds(60)) != 0)
            throw new InvalidOperationException($"{command[0]} failed: {process.OutputTail()}");
    }

    private async Task<bool> AnswersAsync()
    {
        if (_server!.HasExited)
            throw new InvalidOperationException($"PostgreSQL ended while it was starting: {_server.OutputTail()}");
        try
        {
            await using var connection = new NpgsqlConnection(ConnectionString + ";Pooling=false");
            await connection.OpenAsync();
            return true;
        }
        catch (NpgsqlException)
        {
            return false;
        }
    }
}
