using System.Text.Json;
using Microsoft.Data.Sqlite;
using Whales.Hosting.Images;

namespace Whales.Notifier.Storage;

/// <summary>The one connection, for the store's thread only, inside a transaction.</summary>
internal sealed class StoreSession : IDisposable
{
    private readonly SqliteConnection _connection;
    private readonly Dictionary<string, SqliteCommand> _commands = new(StringComparer.Ordinal);

    public StoreSession(string file)
    {
        var path = Path.GetFullPath(file);
        DurableDirectory.Create(Path.GetDirectoryName(path)!);
        if (!File.Exists(path))
            CreateForOwner(path);
        _connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ConnectionString);
        try
        {
            _connection.Open();
            // The other of two notifiers may be writing.
            Run("pragma busy_timeout = 10000");
            Run("pragma journal_mode = wal");
            Run("pragma synchronous = full");
            Run("pragma temp_store = memory");
            foreach (var statement in Schema.Statements)
                Run(statement);
        }
        catch
        {
            _connection.Dispose();
            throw;
        }
    }

    private StoreSession(SqliteConnection connection) => _connection = connection;

    /// <summary>A second connection beside the notifier's, which writes nothing.</summary>
    /// <exception cref="SqliteException">There is no such file, or it is none of ours.</exception>
    public static StoreSession ForReading(string file)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = Path.GetFullPath(file), Mode = SqliteOpenMode.ReadWrite, Pooling = false }.ConnectionString);
        try
        {
            connection.Open();
            var session = new StoreSession(connection);
            session.Run("pragma busy_timeout = 10000");
            session.Run("pragma query_only = on");
            return session;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    public void Run(string sql) => Execute(sql);

    /// <summary>Parameters are <c>$1</c>, <c>$2</c>, ... in the order given.</summary>
    public int Execute(string sql, params ReadOnlySpan<object?> values) => Bind(sql, values).ExecuteNonQuery();

    public T? Scalar<T>(string sql, params ReadOnlySpan<object?> values) =>
        Bind(sql, values).ExecuteScalar() is { } value and not DBNull ? (T)value : default;

    public List<T> Query<T>(string sql, Func<SqliteDataReader, T> read, params ReadOnlySpan<object?> values)
    {
        var rows = new List<T>();
        using var reader = Bind(sql, values).ExecuteReader();
        while (reader.Read())
            rows.Add(read(reader));
        return rows;
    }

    public void Dispose()
    {
        foreach (var command in _commands.Values)
            command.Dispose();
        _connection.Dispose();
    }

    public static string ToJson<T>(T value) => JsonSerializer.Serialize(value, StoreJson.Options);

    public static T FromJson<T>(string json) => JsonSerializer.Deserialize<T>(json, StoreJson.Options)!;

    private SqliteCommand Bind(string sql, ReadOnlySpan<object?> values)
    {
        if (!_commands.TryGetValue(sql, out var command))
        {
            command = _connection.CreateCommand();
            command.CommandText = sql;
            for (var i = 0; i < values.Length; i++)
                command.Parameters.Add(new SqliteParameter { ParameterName = FormattableString.Invariant($"${i + 1}") });
            _commands.Add(sql, command);
        }

        for (var i = 0; i < values.Length; i++)
            command.Parameters[i].Value = values[i] switch { null => DBNull.Value, DateTimeOffset at => at.ToUnixTimeMilliseconds(), bool yes => yes ? 1L : 0L, var value => value };
        return command;
    }

    /// <summary>SQLite gives its log the mode of the file.</summary>
    private static void CreateForOwner(string path)
    {
        const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        new FileStream(path, new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.Write, UnixCreateMode = OwnerOnly }).Dispose();
        DurableDirectory.Flush(Path.GetDirectoryName(path)!);
    }
}

internal static class StoreJson
{
    public static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web);
}
