using System.Globalization;
using Microsoft.Data.Sqlite;

namespace Whales.Ingest.Api.Storage;

/// <summary>One connection and the statements that are prepared on it. For one thread at a time.</summary>
internal sealed class SqliteSession : IDisposable
{
    private readonly Dictionary<Statement, BoundCommand> _commands = [];

    public SqliteSession(string file, bool readOnly)
    {
        // The connection stays open as long as the store, so pooling would only keep the file open afterwards.
        Connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = file, Pooling = false }.ConnectionString);
        try
        {
            Connection.Open();
            // Another process, such as a backup, may hold the file for a while.
            Run("pragma busy_timeout = 10000");
            Run("pragma journal_mode = wal");
            Run("pragma synchronous = full");
            // A longer log, in 4 kB pages: each checkpoint costs the writer two more syncs.
            Run("pragma wal_autocheckpoint = 4000");
            Run("pragma temp_store = memory");
            if (readOnly)
                Run("pragma query_only = on");
        }
        catch
        {
            Connection.Dispose();
            throw;
        }
    }

    public SqliteConnection Connection { get; }

    public void Run(string sql)
    {
        using var command = Connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    public int Execute(Call call) => Bind(call).ExecuteNonQuery();

    public List<T> Query<T>(Call call, Func<Fields, T> read)
    {
        var rows = new List<T>();
        using var reader = Bind(call).ExecuteReader();
        var fields = new Fields(reader, static (reader, column) => new Guid(reader.GetFieldValue<byte[]>(column), bigEndian: true));
        while (reader.Read())
        {
            fields.NextRow();
            rows.Add(read(fields));
        }

        return rows;
    }

    public void Dispose()
    {
        foreach (var command in _commands.Values)
            command.Command.Dispose();
        Connection.Dispose();
    }

    private SqliteCommand Bind(Call call)
    {
        if (!_commands.TryGetValue(call.Statement, out var bound))
            _commands.Add(call.Statement, bound = new BoundCommand(Connection, call.Statement));
        bound.Clear();
        call.Bind(bound);
        return bound.Command;
    }

    private sealed class BoundCommand : Parameters
    {
        private readonly Statement _statement;
        private readonly SqliteParameter[] _parameters;

        public BoundCommand(SqliteConnection connection, Statement statement)
        {
            _statement = statement;
            Command = connection.CreateCommand();
            Command.CommandText = statement.Text;
            _parameters = new SqliteParameter[statement.ParameterCount];
            for (var i = 0; i < _parameters.Length; i++)
            {
                _parameters[i] = new SqliteParameter { ParameterName = string.Create(CultureInfo.InvariantCulture, $"${i + 1}") };
                Command.Parameters.Add(_parameters[i]);
            }
        }

        public SqliteCommand Command { get; }

        /// <summary>SQLite refuses a parameter without a value, and so one that a caller forgot.</summary>
        public void Clear()
        {
            foreach (var parameter in _parameters)
                parameter.Value = null;
        }

        public override Parameters Set(string name, string? value) => SetValue(name, value);

        public override Parameters Set(string name, long? value) => SetValue(name, value);

        /// <summary>As 16 bytes in the order of the text, so that UUIDv7 sort by time.</summary>
        public override Parameters Set(string name, Guid? value) => SetValue(name, value?.ToByteArray(bigEndian: true));

        public override Parameters Set(string name, byte[] value) => SetValue(name, value);

        private BoundCommand SetValue(string name, object? value)
        {
            _parameters[_statement.PositionOf(name)].Value = value ?? DBNull.Value;
            return this;
        }
    }
}
