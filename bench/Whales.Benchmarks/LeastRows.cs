using System.Collections.Concurrent;
using Microsoft.Data.Sqlite;

namespace Whales.Benchmarks;

/// <summary>The least that commits a row of a photo to SQLite before it returns: one thread writes, and one synced commit serves all rows that wait.</summary>
internal sealed class LeastRows : IDisposable
{
    private readonly BlockingCollection<(Guid Id, TaskCompletionSource Done)> _waiting = [];
    private readonly SqliteConnection _connection;
    private readonly Thread _writer;

    public LeastRows(string file)
    {
        _connection = new SqliteConnection($"Data Source={file}");
        _connection.Open();
        Run("pragma journal_mode = wal; pragma synchronous = full; create table least (id text primary key, state integer)");
        _writer = new Thread(Write);
        _writer.Start();
    }

    public Task AddAsync(Guid id)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _waiting.Add((id, done));
        return done.Task;
    }

    public void Dispose()
    {
        _waiting.CompleteAdding();
        _writer.Join();
        _waiting.Dispose();
        _connection.Dispose();
    }

    private void Write()
    {
        using var insert = _connection.CreateCommand();
        insert.CommandText = "insert into least values ($id, 0)";
        var id = insert.Parameters.Add("$id", SqliteType.Text);
        var taken = new List<TaskCompletionSource>();
        foreach (var first in _waiting.GetConsumingEnumerable())
        {
            Run("begin immediate");
            var row = first;
            do
            {
                id.Value = row.Id.ToString("n");
                insert.ExecuteNonQuery();
                taken.Add(row.Done);
            }
            while (_waiting.TryTake(out row));

            Run("commit");
            taken.ForEach(done => done.SetResult());
            taken.Clear();
        }
    }

    private void Run(string sql)
    {
        using var command = _connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
