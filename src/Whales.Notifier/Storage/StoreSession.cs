using System.Data.Common;
using System.Text.Json;

namespace Whales.Notifier.Storage;

/// <summary>The one connection, for the store's thread only, inside a transaction.</summary>
internal sealed class StoreSession(StoreDatabase database, DbConnection connection) : IDisposable
{
    private readonly Dictionary<string, DbCommand> _commands = new(StringComparer.Ordinal);

    /// <summary>True while no other process can deliver. What is read in the same transaction is the leader's to act on.</summary>
    public bool IsLeader => database.Leads(this);

    public void Run(string sql) => Execute(sql);

    /// <summary>Parameters are <c>$1</c>, <c>$2</c>, ... in the order given.</summary>
    public int Execute(string sql, params ReadOnlySpan<object?> values) => Bind(sql, values).ExecuteNonQuery();

    public T? Scalar<T>(string sql, params ReadOnlySpan<object?> values) =>
        Bind(sql, values).ExecuteScalar() is { } value and not DBNull ? (T)value : default;

    public List<T> Query<T>(string sql, Func<DbDataReader, T> read, params ReadOnlySpan<object?> values)
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
        connection.Dispose();
    }

    public static string ToJson<T>(T value) => JsonSerializer.Serialize(value, StoreJson.Options);

    public static T FromJson<T>(string json) => JsonSerializer.Deserialize<T>(json, StoreJson.Options)!;

    private DbCommand Bind(string sql, ReadOnlySpan<object?> values)
    {
        if (!_commands.TryGetValue(sql, out var command))
        {
            command = connection.CreateCommand();
            command.CommandText = sql;
            for (var i = 0; i < values.Length; i++)
                command.Parameters.Add(database.Parameter(i + 1));
            _commands.Add(sql, command);
        }

        for (var i = 0; i < values.Length; i++)
            command.Parameters[i].Value = database.Value(values[i]);
        return command;
    }
}

internal static class StoreJson
{
    public static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web);
}
