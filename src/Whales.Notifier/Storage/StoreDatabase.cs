using System.Data.Common;
using Microsoft.Extensions.Options;

namespace Whales.Notifier.Storage;

/// <summary>What differs between SQLite and PostgreSQL; the statements are shared. For the store's thread only.</summary>
internal abstract class StoreDatabase : IDisposable
{
    /// <summary>The connection string of this name chooses PostgreSQL.</summary>
    public const string ConnectionName = "Notifier";

    public static StoreDatabase Choose(IConfiguration configuration, IOptions<NotifierOptions> options) =>
        configuration.GetConnectionString(ConnectionName) is { Length: > 0 } postgres ? new PostgresDatabase(postgres) : new SqliteDatabase(options.Value.SqliteFile);

    /// <summary>A new connection, on which the schema is up to date.</summary>
    public abstract StoreSession Open();

    /// <summary>Begins a transaction that no other writer, of this process or another, can be in at the same time.</summary>
    public abstract void Begin(StoreSession session);

    /// <summary>Makes this process the one that delivers, unless another is; true when it is now.</summary>
    public abstract bool TryLead(StoreSession session);

    /// <summary>True while no other process can deliver.</summary>
    public abstract bool Leads(StoreSession session);

    /// <summary>A parameter of a statement, whose text calls it <c>$1</c>, <c>$2</c>, ...</summary>
    public abstract DbParameter Parameter(int number);

    /// <summary>The value as the database takes it: times are Unix milliseconds, numbers 64 bits.</summary>
    public virtual object Value(object? value) => value switch
    {
        null => DBNull.Value,
        DateTimeOffset at => at.ToUnixTimeMilliseconds(),
        bool yes => yes ? 1L : 0L,
        int number => (long)number,
        _ => value,
    };

    public abstract void Dispose();
}

/// <summary>Whose fault an exception is.</summary>
internal static class StoreFaults
{
    /// <summary>The store cannot be read or written now; later it may.</summary>
    public static bool IsOfStore(Exception exception) => exception is DbException or IOException or UnauthorizedAccessException or TimeoutException;

    /// <summary>The values, or the caller's own code, are at fault: the transaction can go on without them. Classes of SQLSTATE: 22 data, 23 integrity.</summary>
    public static bool IsOfCaller(Exception exception) => exception switch
    {
        DbException { SqlState: { } state } => state.StartsWith("22", StringComparison.Ordinal) || state.StartsWith("23", StringComparison.Ordinal),
        _ => !IsOfStore(exception),
    };
}
