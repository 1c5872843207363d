using System.Data.Common;
using Microsoft.Data.Sqlite;

namespace Whales.Ingest.Api.Storage;

internal static class StoreFaults
{
    private const int SqliteTooBig = 18;
    private const int SqliteConstraint = 19;
    private const int SqliteMismatch = 20;

    /// <summary>True when the values given to the database are at fault, not the database: the same call with other values may succeed.</summary>
    public static bool IsOfItem(Exception exception) => exception switch
    {
        SqliteException sqlite => sqlite.SqliteErrorCode is SqliteTooBig or SqliteConstraint or SqliteMismatch,
        // Classes of SQLSTATE: 22 data, 23 integrity.
        DbException { SqlState: { } state } => state.StartsWith("22", StringComparison.Ordinal) || state.StartsWith("23", StringComparison.Ordinal),
        DbException or IOException or TimeoutException or OperationCanceledException or ObjectDisposedException => false,
        _ => true,
    };
}
