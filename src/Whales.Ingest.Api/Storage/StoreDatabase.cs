using System.Data.Common;

namespace Whales.Ingest.Api.Storage;

/// <summary>When a transaction counts as done.</summary>
internal enum Durability
{
    /// <summary>When it is on the disk.</summary>
    Synced,

    /// <summary>When it is visible; a crash of the machine may undo it.</summary>
    Relaxed,
}

/// <summary>The type of a member of <see cref="StoreDatabase.SelectRecords"/>.</summary>
internal enum RecordType
{
    Text,
    Number,
    Id,
}

/// <summary>What differs between SQLite and PostgreSQL; the statements are shared (<see cref="IdentificationSql"/>).</summary>
internal abstract class StoreDatabase : IAsyncDisposable
{
    /// <summary>Put after a select whose rows the transaction will change; empty where there is one writer only.</summary>
    public abstract string ForUpdate { get; }

    /// <summary>Put after <see cref="ForUpdate"/> to pass over rows that another transaction is changing.</summary>
    public abstract string SkipLocked { get; }

    /// <summary>Selects the members of the JSON array of strings in a parameter.</summary>
    public abstract string SelectMembers(string parameter);

    /// <summary>Selects, as a table with these columns, the JSON array of objects in a parameter. An id is 32 hexadecimal digits.</summary>
    public abstract string SelectRecords(string parameter, params ReadOnlySpan<(string Name, RecordType Type)> columns);

    /// <summary>Selects the members of the JSON array of ids (with or without hyphens) in a parameter.</summary>
    public abstract string SelectIds(string parameter);

    /// <summary>Runs one query that changes nothing.</summary>
    public abstract Task<List<T>> ReadAsync<T>(Call call, Func<Fields, T> read, CancellationToken cancellationToken);

    /// <summary>Runs one statement that changes rows and returns some.</summary>
    public abstract Task<List<T>> ChangeAsync<T>(Call call, Func<Fields, T> read, Durability durability, CancellationToken cancellationToken);

    /// <summary>Runs all calls, in order, in one transaction.</summary>
    /// <returns>How many rows each one changed.</returns>
    public abstract Task<int[]> ExecuteAsync(IReadOnlyList<Call> calls, Durability durability, CancellationToken cancellationToken);

    /// <summary>Runs <paramref name="migrate"/> in one transaction that no other replica can enter at the same time.</summary>
    public abstract Task MigrateAsync(Func<DbConnection, Task> migrate, CancellationToken cancellationToken);

    /// <summary>Calls that, put into a transaction, tell the other replicas at its commit that these rows have changed. None where one process has the database to itself.</summary>
    public abstract IEnumerable<Call> Tell(IReadOnlyList<Guid> changed);

    /// <summary>
    /// Hears what other replicas <see cref="Tell"/>, until canceled; returns at once where there are none. What is told while nobody hears is lost.
    /// </summary>
    /// <exception cref="DbException">The connection broke.</exception>
    public abstract Task HearAsync(Action<Guid> changed, CancellationToken cancellationToken);

    public abstract ValueTask DisposeAsync();
}
