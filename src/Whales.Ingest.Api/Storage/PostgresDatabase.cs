using System.Data.Common;
using Npgsql;
using NpgsqlTypes;

namespace Whales.Ingest.Api.Storage;

/// <summary>PostgreSQL. A list of calls is one batch: one round trip and, without an explicit transaction, one implicit transaction.</summary>
internal sealed class PostgresDatabase(string connectionString) : StoreDatabase
{
    // Any number will do that no other program in this database locks.
    private const long MigrationLock = 0x7768616c6573;

    private static readonly Func<DbDataReader, int, Guid> ReadGuid = static (reader, column) => reader.GetGuid(column);

    private readonly NpgsqlDataSource _source = NpgsqlDataSource.Create(Settings(connectionString));
    private readonly NpgsqlConnectionStringBuilder _unpooled = new(Settings(connectionString).ConnectionString) { Pooling = false };
    private readonly PostgresNews _news = new();

    public override string ForUpdate => "for update";

    public override string SkipLocked => "skip locked";

    public override string SelectMembers(string parameter) => $"select json_array_elements_text({parameter}::json)";

    public override string SelectRecords(string parameter, params ReadOnlySpan<(string Name, RecordType Type)> columns)
    {
        var names = columns.ToArray().Select(column => column.Name);
        var typed = columns.ToArray().Select(column => column.Type switch
        {
            RecordType.Number => $"{column.Name} bigint",
            RecordType.Id => $"{column.Name} uuid",
            _ => $"{column.Name} text",
        });
        return $"select {string.Join(", ", names)} from json_to_recordset({parameter}::json) as record({string.Join(", ", typed)})";
    }

    public override string SelectIds(string parameter) => $"select json_array_elements_text({parameter}::json)::uuid";

    public override Task<List<T>> ReadAsync<T>(Call call, Func<Fields, T> read, CancellationToken cancellationToken) =>
        ChangeAsync(call, read, Durability.Synced, cancellationToken);

    public override async Task<List<T>> ChangeAsync<T>(
        Call call, Func<Fields, T> read, Durability durability, CancellationToken cancellationToken)
    {
        await using var batch = Batch([call], durability);
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        if (durability == Durability.Relaxed)
            await reader.NextResultAsync(cancellationToken).ConfigureAwait(false);
        var fields = new Fields(reader, ReadGuid);
        var rows = new List<T>();
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            fields.NextRow();
            rows.Add(read(fields));
        }

        return rows;
    }

    public override async Task<int[]> ExecuteAsync(IReadOnlyList<Call> calls, Durability durability, CancellationToken cancellationToken)
    {
        await using var batch = Batch(calls, durability);
        await batch.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
        return [.. batch.BatchCommands.Skip<NpgsqlBatchCommand>(batch.BatchCommands.Count - calls.Count).Select(command => command.RecordsAffected)];
    }

    public override async Task MigrateAsync(Func<DbConnection, Task> migrate, CancellationToken cancellationToken)
    {
        await using var connection = await _source.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);
        await using (var command = new NpgsqlCommand("select pg_advisory_xact_lock($1)", connection, transaction))
        {
            // Whoever holds the lock may have a large table to change.
            command.CommandTimeout = 0;
            command.Parameters.Add(new NpgsqlParameter { Value = MigrationLock });
            await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
        }

        await migrate(connection).ConfigureAwait(false);
        await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
    }

    public override IEnumerable<Call> Tell(IReadOnlyList<Guid> changed) => _news.Tell(changed);

    public override async Task HearAsync(Action<Guid> changed, CancellationToken cancellationToken)
    {
        // Its LISTEN ends with it.
        await using var connection = new NpgsqlConnection(_unpooled.ConnectionString);
        await connection.OpenAsync(cancellationToken).ConfigureAwait(false);
        await _news.HearAsync(connection, changed, cancellationToken).ConfigureAwait(false);
    }

    public override ValueTask DisposeAsync() => _source.DisposeAsync();

    private NpgsqlBatch Batch(IReadOnlyList<Call> calls, Durability durability)
    {
        var batch = _source.CreateBatch();
        if (durability == Durability.Relaxed)
            batch.BatchCommands.Add(new NpgsqlBatchCommand("select set_config('synchronous_commit', 'off', true)"));
        foreach (var call in calls)
        {
            var command = new NpgsqlBatchCommand(call.Statement.Text);
            PostgresParameters.Bind(call, command.Parameters);
            batch.BatchCommands.Add(command);
        }

        return batch;
    }

    private static NpgsqlConnectionStringBuilder Settings(string connectionString)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString);
        // As a start-up option it holds for the whole of a connection; whatever the server, the role or the string say otherwise.
        settings.Options = $"{settings.Options} -c synchronous_commit=on".TrimStart();
        // No statement here leaves anything in its session: to reset it before each use would double the transactions.
        settings.NoResetOnClose = true;
        settings.ApplicationName ??= "whales-ingest";
        if (settings.MaxAutoPrepare == 0)
        {
            settings.MaxAutoPrepare = 64;
            settings.AutoPrepareMinUsages = 2;
        }

        return settings;
    }

    private sealed class PostgresParameters(Statement statement) : Parameters
    {
        private readonly NpgsqlParameter?[] _values = new NpgsqlParameter?[statement.ParameterCount];

        public static void Bind(Call call, NpgsqlParameterCollection to)
        {
            var parameters = new PostgresParameters(call.Statement);
            call.Bind(parameters);
            foreach (var value in parameters._values)
                to.Add(value ?? throw new InvalidOperationException($"A parameter has no value: {call.Statement.Text}"));
        }

        public override Parameters Set(string name, string? value) => SetValue(name, NpgsqlDbType.Text, value);

        public override Parameters Set(string name, long? value) => SetValue(name, NpgsqlDbType.Bigint, value);

        public override Parameters Set(string name, Guid? value) => SetValue(name, NpgsqlDbType.Uuid, value);

        public override Parameters Set(string name, byte[] value) => SetValue(name, NpgsqlDbType.Bytea, value);

        /// <summary>With the type also where the value is null: a prepared statement is found again by its types.</summary>
        private PostgresParameters SetValue(string name, NpgsqlDbType type, object? value)
        {
            _values[statement.PositionOf(name)] = new NpgsqlParameter { NpgsqlDbType = type, Value = value ?? DBNull.Value };
            return this;
        }
    }
}
