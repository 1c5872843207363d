using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Npgsql;

namespace Whales.Testing;

/// <summary>
/// A real PostgreSQL, one for the test process and started at its first use, with fsync on. <c>WHALES_POSTGRES</c>, the connection
/// string of a role that may create databases, names another one to use instead. The server ends with this process, however that ends.
/// </summary>
public sealed class PostgresServer
{
    private const string Missing =
        "PostgreSQL was not found. Install the Debian package `postgresql`, or set WHALES_POSTGRES to the connection string of a server.";

    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(10);
    private static readonly Lazy<Task<PostgresServer>> Shared = new(StartAsync);

    private int _databases;

    private readonly bool _own;

    private PostgresServer(string connectionString, bool own)
    {
        ConnectionString = connectionString;
        _own = own;
    }

    /// <summary>Of the server's own database, as a role that may create others.</summary>
    public string ConnectionString { get; }

    public static Task<PostgresServer> GetAsync() => Shared.Value;

    /// <summary>An empty database of the test's own. Disposing it drops it, except on our own server: that takes longer than most tests.</summary>
    public async Task<PostgresTestDatabase> CreateDatabaseAsync()
    {
        var name = $"whales_test_{Environment.ProcessId}_{Interlocked.Increment(ref _databases)}";
        await ExecuteAsync($"create database {name} template template0");
        var settings = new NpgsqlConnectionStringBuilder(ConnectionString) { Database = name };
        return new PostgresTestDatabase(settings.ConnectionString,
            () => _own ? Task.CompletedTask : ExecuteAsync($"drop database {name} with (force)"));
    }

    private async Task ExecuteAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    private static async Task<PostgresServer> StartAsync()
    {
        if (Environment.GetEnvironmentVariable("WHALES_POSTGRES") is { Length: > 0 } given)
            return new PostgresServer(given, own: false);

        var programs = RequirePrograms();
        // Between the choice of a free port and its use another process may take it.
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await StartAsync(programs);
            }
            catch (InvalidOperationException) when (attempt < 3)
            {
            }
        }
    }

    private static async Task<PostgresServer> StartAsync(string programs)
    {
        var folder = Directory.CreateTempSubdirectory("whales-postgres-");
        var port = FreePort();
        var guard = Process.Start(new ProcessStartInfo("/bin/sh")
        {
            ArgumentList = { "-c", Guard, "guard", programs, folder.FullName, $"{port}" },
            RedirectStandardInput = true,
            RedirectStandardError = true,
        })!;
        // Read, lest the guard should block on a full pipe.
        var errors = guard.StandardError.ReadToEndAsync();
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Stop(guard);

        var connectionString = $"Host=127.0.0.1;Port={port};Username=whales;Database=postgres;Max Auto Prepare=0";
        using var limit = new CancellationTokenSource(StartLimit);
        while (!await AnswersAsync(connectionString))
        {
            if (guard.HasExited)
                throw new InvalidOperationException($"PostgreSQL in {programs} did not start: {await errors}");
            if (limit.IsCancellationRequested)
            {
                Stop(guard);
                throw new InvalidOperationException($"PostgreSQL in {programs} did not answer within {StartLimit.TotalSeconds} s.");
            }

            await Task.Delay(50);
        }

        return new PostgresServer(connectionString, own: true);
    }

    private static async Task<bool> AnswersAsync(string connectionString)
    {
        try
        {
            // Without a pool, which would keep a connection to whoever answers.
            await using var connection = new NpgsqlConnection(connectionString + ";Pooling=false");
            await connection.OpenAsync();
            return true;
        }
        catch (NpgsqlException)
        {
            return false;
        }
    }

    private static void Stop(Process guard)
    {
        guard.StandardInput.Close();
        guard.WaitForExit(StopLimit);
    }

    internal static string RequirePrograms() => FindPrograms() ?? throw new InvalidOperationException(Missing);

    private static string? FindPrograms()
    {
        const string Debian = "/usr/lib/postgresql";
        var versions = Directory.Exists(Debian) ? Directory.GetDirectories(Debian) : [];
        return versions.OrderByDescending(folder => int.TryParse(Path.GetFileName(folder), out var version) ? version : 0)
            .Select(folder => Path.Combine(folder, "bin"))
            .Concat((Environment.GetEnvironmentVariable("PATH") ?? "").Split(':'))
            .FirstOrDefault(folder => File.Exists(Path.Combine(folder, "initdb")) && File.Exists(Path.Combine(folder, "postgres")));
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>
    /// Starts the server and waits for the end of its own input, a pipe that the system closes when the test process ends, also by
    /// SIGKILL; then it ends the server by its process id and removes the folder. PostgreSQL refuses to run as root.
    /// </summary>
    private const string Guard = """
        set -u
        programs=$1 folder=$2 port=$3 server= reader= as=
        end() {
            [ -z "$reader" ] || kill "$reader" 2>/dev/null
            if [ -n "$server" ]; then stop & wait "$server"; fi
            rm -rf "$folder"
        }
        # Again and again, since a server that has only just been started does not listen to signals yet.
        stop() { while kill -QUIT "$server" 2>/dev/null; do sleep 0.2; done; }
        fail() { cat "$folder/log" >&2; exit 1; }
        trap end EXIT
        trap 'exit 1' INT TERM HUP
        cd / || exit 1
        if [ "$(id -u)" = 0 ]; then
            as='setpriv --reuid=postgres --regid=postgres --clear-groups'
            chown postgres "$folder" || exit 1
        fi
        exec 3<&0 0</dev/null
        $as "$programs/initdb" -D "$folder/data" -U whales -A trust -E UTF8 --locale=C --no-sync >"$folder/log" 2>&1 3<&- || fail
        $as "$programs/postgres" -D "$folder/data" -p "$port" -c listen_addresses=127.0.0.1 -c unix_socket_directories= \
            -c fsync=on -c max_connections=200 >>"$folder/log" 2>&1 3<&- &
        server=$!
        ( read -r _ <&3; stop ) &
        reader=$!
        wait "$server" || fail
        """;
}

/// <summary>A database that a test has to itself.</summary>
public sealed class PostgresTestDatabase(string connectionString, Func<Task> drop) : IAsyncDisposable
{
    public string ConnectionString => connectionString;

    public async ValueTask DisposeAsync() => await drop();
}
