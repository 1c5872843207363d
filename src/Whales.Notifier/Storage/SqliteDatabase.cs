using System.Data.Common;
using Microsoft.Data.Sqlite;
using Whales.Hosting.Images;

namespace Whales.Notifier.Storage;

/// <summary>
/// A file of this machine. Which of the notifiers on it delivers is a lock of the kernel on a file beside it, given back when a process
/// ends, however it ends: its successor need not wait for a lease to run out.
/// </summary>
internal sealed class SqliteDatabase(string file) : StoreDatabase
{
    private readonly string _path = Path.GetFullPath(file);
    private FileStream? _lock;

    public override StoreSession Open()
    {
        DurableDirectory.Create(Path.GetDirectoryName(_path)!);
        if (!File.Exists(_path))
            CreateForOwner();
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = _path, Pooling = false }.ConnectionString);
        var session = new StoreSession(this, connection);
        try
        {
            connection.Open();
            // The other of two notifiers may be writing.
            session.Run("pragma busy_timeout = 10000");
            session.Run("pragma journal_mode = wal");
            session.Run("pragma synchronous = full");
            session.Run("pragma temp_store = memory");
            foreach (var statement in Schema.Statements)
                session.Run(statement);
            return session;
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    public override void Begin(StoreSession session) => session.Run("begin immediate");

    public override bool TryLead(StoreSession session)
    {
        if (_lock is not null)
            return true;
        try
        {
            // On Linux an exclusive share is an advisory lock of the kernel's (flock).
            _lock = new FileStream(_path + ".leader", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            return true;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    public override bool Leads(StoreSession session) => _lock is not null;

    public override DbParameter Parameter(int number) => new SqliteParameter { ParameterName = FormattableString.Invariant($"${number}") };

    public override void Dispose() => _lock?.Dispose();

    /// <summary>SQLite gives its log the mode of the file.</summary>
    private void CreateForOwner()
    {
        const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        new FileStream(_path, new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.Write, UnixCreateMode = OwnerOnly }).Dispose();
        DurableDirectory.Flush(Path.GetDirectoryName(_path)!);
    }
}
