using System.Data.Common;
using Whales.Hosting.Metrics;

namespace Whales.Ingest.Api.Storage;

/// <summary>Measures another database. A write is as long as its commit, which several may share.</summary>
internal sealed class MeasuredDatabase(StoreDatabase inner, StoreMetrics metrics) : StoreDatabase
{
    private readonly StoreMetrics.StoreTimer _timer = metrics.Of("database", "read", "write");

    public override string ForUpdate => inner.ForUpdate;

    public override string SkipLocked => inner.SkipLocked;

    public override string SelectMembers(string parameter) => inner.SelectMembers(parameter);

    public override string SelectIds(string parameter) => inner.SelectIds(parameter);

    public override string SelectRecords(string parameter, params ReadOnlySpan<(string Name, RecordType Type)> columns) => inner.SelectRecords(parameter, columns);

    public override Task<List<T>> ReadAsync<T>(Call call, Func<Fields, T> read, CancellationToken cancellationToken) =>
        _timer.MeasureAsync("read", () => inner.ReadAsync(call, read, cancellationToken));

    public override Task<List<T>> ChangeAsync<T>(Call call, Func<Fields, T> read, Durability durability, CancellationToken cancellationToken) =>
        _timer.MeasureAsync("write", () => inner.ChangeAsync(call, read, durability, cancellationToken));

    public override Task<int[]> ExecuteAsync(IReadOnlyList<Call> calls, Durability durability, CancellationToken cancellationToken) =>
        _timer.MeasureAsync("write", () => inner.ExecuteAsync(calls, durability, cancellationToken));

    public override Task MigrateAsync(Func<DbConnection, Task> migrate, CancellationToken cancellationToken) => inner.MigrateAsync(migrate, cancellationToken);

    public override IEnumerable<Call> Tell(IReadOnlyList<Guid> changed) => inner.Tell(changed);

    public override Task HearAsync(Action<Guid> changed, CancellationToken cancellationToken) => inner.HearAsync(changed, cancellationToken);

    public override ValueTask DisposeAsync() => inner.DisposeAsync();
}
