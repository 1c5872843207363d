using System.Collections.Concurrent;
using System.Data.Common;
using Microsoft.Data.Sqlite;
using Whales.Hosting.Images;

namespace Whales.Ingest.Api.Storage;

/// <summary>
/// SQLite in write-ahead mode: one connection that writes, used by one caller after the other, and a few that read meanwhile.
/// SQLite's calls block, so they run on the thread pool.
/// </summary>
internal sealed class SqliteDatabase(string file) : StoreDatabase
{
    private static readonly Call Begin = new(new Statement("begin immediate"), static _ => { });
    private static readonly Call Commit = new(new Statement("commit"), static _ => { });
    private static readonly Call Rollback = new(new Statement("rollback"), static _ => { });
    private static readonly int MaxReaders = Math.Max(4, Environment.ProcessorCount);

    private readonly SemaphoreSlim _writing = new(1);
    private readonly SemaphoreSlim _reading = new(MaxReaders);
    private readonly ConcurrentBag<SqliteSession> _readers = [];
    private SqliteSession? _writer;
    private bool _disposed;

    // There is one writer: nothing to lock.
    public override string ForUpdate => "";

    public override string SkipLocked => "";

    public override string SelectMembers(string parameter) => $"select value from json_each({parameter})";

    public override string SelectRecords(string parameter, params ReadOnlySpan<(string Name, RecordType Type)> columns)
    {
        var members = columns.ToArray().Select(column => column.Type == RecordType.Id
            ? $"unhex(record.value ->> '$.{column.Name}') as {column.Name}"
            : $"record.value ->> '$.{column.Name}' as {column.Name}");
        return $"select {string.Join(", ", members)} from json_each({parameter}) as record";
    }

    public override string SelectIds(string parameter) => $"select unhex(replace(value, '-', '')) from json_each({parameter})";

    public override async Task<List<T>> ReadAsync<T>(Call call, Func<Fields, T> read, CancellationToken cancellationToken)
    {
        await _reading.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return await Task.Run(() => Read(call, read), CancellationToken.None).ConfigureAwait(false);
        }
        finally
        {
            _reading.Release();
        }
    }

    public override Task<List<T>> ChangeAsync<T>(
        Call call, Func<Fields, T> read, Durability durability, CancellationToken cancellationToken) =>
        WriteAsync(writer => InTransaction(writer, durability, () => writer.Query(call, read)), cancellationToken);

    public override Task<int[]> ExecuteAsync(IReadOnlyList<Call> calls, Durability durability, CancellationToken cancellationToken) =>
        WriteAsync(writer => InTransaction(writer, durability, () => calls.Select(writer.Execute).ToArray()), cancellationToken);

    public override IEnumerable<Call> Tell(IReadOnlyList<Guid> changed) => [];

    public override Task HearAsync(Action<Guid> changed, CancellationToken cancellationToken) => Task.CompletedTask;

    public override Task MigrateAsync(Func<DbConnection, Task> migrate, CancellationToken cancellationToken) =>
        WriteAsync(
            writer => InTransaction(writer, Durability.Synced, () =>
            {
                // SQLite's asynchronous methods have completed when they return.
                migrate(writer.Connection).GetAwaiter().GetResult();
                return true;
            }),
            cancellationToken);

    /// <summary>Waits for what runs and closes the connections; the last one out moves the log into the file.</summary>
    public override async ValueTask DisposeAsync()
    {
        if (_disposed)
            return;
        await _writing.WaitAsync().ConfigureAwait(false);
        for (var i = 0; i < MaxReaders; i++)
            await _reading.WaitAsync().ConfigureAwait(false);
        _disposed = true;
        foreach (var reader in _readers)
            reader.Dispose();
        _writer?.Dispose();
        _writing.Release();
        _reading.Release(MaxReaders);
    }

    private List<T> Read<T>(Call call, Func<Fields, T> read)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (!_readers.TryTake(out var reader))
            reader = Open(readOnly: true);
        try
        {
            var rows = reader.Query(call, read);
            _readers.Add(reader);
            return rows;
        }
        catch
        {
            reader.Dispose();
            throw;
        }
    }

    private async Task<T> WriteAsync<T>(Func<SqliteSession, T> work, CancellationToken cancellationToken)
    {
        await _writing.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return await Task.Run(() => Write(work), CancellationToken.None).ConfigureAwait(false);
        }
        finally
        {
            _writing.Release();
        }
    }

    private T Write<T>(Func<SqliteSession, T> work)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        var writer = _writer ??= Open(readOnly: false);
        try
        {
            return work(writer);
        }
        catch (Exception exception) when (!StoreFaults.IsOfItem(exception))
        {
            // Whatever state a failed disk or file left the connection in, the next caller gets a new one; closing rolls back.
            _writer = null;
            writer.Dispose();
            throw;
        }
    }

    private SqliteSession Open(bool readOnly)
    {
        var path = Path.GetFullPath(file);
        if (!File.Exists(path))
        {
            DurableDirectory.Create(Path.GetDirectoryName(path)!);
            CreateForOwner(path);
            DurableDirectory.Flush(Path.GetDirectoryName(path)!);
        }

        return new SqliteSession(path, readOnly);
    }

    /// <summary>SQLite gives its log the mode of the file.</summary>
    private static void CreateForOwner(string path)
    {
        const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        new FileStream(path, new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.Write, UnixCreateMode = OwnerOnly }).Dispose();
    }

    private static T InTransaction<T>(SqliteSession writer, Durability durability, Func<T> work)
    {
        if (durability == Durability.Synced)
            return InTransaction(writer, work);

        // In write-ahead mode "normal" leaves the log unsynced at a commit; the next full commit syncs it all.
        writer.Run("pragma synchronous = normal");
        try
        {
            return InTransaction(writer, work);
        }
        finally
        {
            writer.Run("pragma synchronous = full");
        }
    }

    private static T InTransaction<T>(SqliteSession writer, Func<T> work)
    {
        writer.Execute(Begin);
        try
        {
            var result = work();
            writer.Execute(Commit);
            return result;
        }
        catch
        {
            RollBack(writer);
            throw;
        }
    }

    private static void RollBack(SqliteSession writer)
    {
        try
        {
            writer.Execute(Rollback);
        }
        catch (SqliteException)
        {
            // SQLite has rolled back by itself, as it does when the disk is full; what went wrong before is what the caller should hear.
        }
    }
}
