using Npgsql;

namespace Whales.Testing;

/// <summary>The job table in PostgreSQL, past the API: bulk photos by the thousand, and the order in which photos ended.</summary>
public sealed class JobTable(string connectionString)
{
    /// <summary>Makes queued bulk rows of the same photo as <paramref name="like"/>, which the relay finds and sends.</summary>
    public Task<int> InsertBulkAsync(Guid like, int count) => ExecuteAsync(
        """
        insert into identifications (id, owner, attempt, model, status, lane, image_key, content_type, image_bytes, sha256, created_at, queued_at)
        select gen_random_uuid(), owner, 1, model, 'queued', 'bulk', image_key, content_type, image_bytes, sha256, now_ms, now_ms + n / 100
        from identifications, generate_series(0, $2 - 1) n, (select (extract(epoch from now()) * 1000)::bigint as now_ms) clock
        where id = $1
        """,
        like,
        count);

    /// <summary>Rows in this lane that have an outcome.</summary>
    public async Task<int> FinishedAsync(string lane) => (int)await CountAsync("select count(*) from identifications where lane = $1 and status <> 'queued'", lane);

    /// <summary>Bulk rows that ended before this photo did.</summary>
    public Task<long> BulkFinishedBeforeAsync(Guid id) => CountAsync(
        "select count(*) from identifications where lane = 'bulk' and completed_at < (select completed_at from identifications where id = $1)", id);

    /// <summary>Bulk rows that ended after this photo began to wait, and before it ended.</summary>
    public Task<long> BulkFinishedWhileWaitingAsync(Guid id) => CountAsync(
        """
        select count(*) from identifications
        where lane = 'bulk' and completed_at > (select queued_at from identifications where id = $1)
            and completed_at < (select completed_at from identifications where id = $1)
        """,
        id);

    /// <summary>Rows in this lane that have none yet.</summary>
    public async Task<int> QueuedAsync(string lane) => (int)await CountAsync("select count(*) from identifications where lane = $1 and status = 'queued'", lane);

    /// <summary>Makes every row that has an outcome as old as if it had ended this much earlier.</summary>
    /// <returns>How many there are.</returns>
    public Task<int> AgeAsync(TimeSpan by) =>
        ExecuteAsync("update identifications set completed_at = completed_at - $1 where completed_at is not null", (long)by.TotalMilliseconds);

    private async Task<long> CountAsync(string sql, params object[] values)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync();
        await using var command = Command(connection, sql, values);
        return (long)(await command.ExecuteScalarAsync())!;
    }

    private async Task<int> ExecuteAsync(string sql, params object[] values)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync();
        await using var command = Command(connection, sql, values);
        return await command.ExecuteNonQueryAsync();
    }

    private static NpgsqlCommand Command(NpgsqlConnection connection, string sql, object[] values)
    {
        var command = new NpgsqlCommand(sql, connection);
        foreach (var value in values)
            command.Parameters.Add(new NpgsqlParameter { Value = value });
        return command;
    }
}
