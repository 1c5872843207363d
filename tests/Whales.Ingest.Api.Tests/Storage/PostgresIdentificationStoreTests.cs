using System.Collections.Concurrent;
using Npgsql;
using Whales.Ingest.Api.Storage;
using Whales.Testing;
using static Whales.Ingest.Api.Tests.Storage.StoreRows;

namespace Whales.Ingest.Api.Tests.Storage;

public sealed class PostgresIdentificationStoreTests : IdentificationStoreTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private PostgresTestDatabase? _database;

    private protected override StoreDatabase OpenDatabase() => new PostgresDatabase(_database!.ConnectionString);

    private protected override async Task CreateDatabaseAsync() => _database = await (await PostgresServer.GetAsync()).CreateDatabaseAsync();

    private protected override async Task DisposeDatabaseAsync() => await _database!.DisposeAsync();

    private protected override async Task<IReadOnlyList<string>> PlansAsync(IEnumerable<string> queries)
    {
        // The table is empty, so the planner would rather scan it: does it have another way?
        await using var reluctant = new PostgresDatabase(new NpgsqlConnectionStringBuilder(_database!.ConnectionString)
        {
            Options = "-c enable_seqscan=off -c enable_bitmapscan=off -c enable_sort=off",
        }.ConnectionString);
        var plans = new List<string>();
        foreach (var query in queries)
            plans.Add(string.Join('\n', await reluctant.ReadAsync(new Call(new Statement("explain " + query), _ => { }), fields => fields.Text(), Cancel)));
        return plans;
    }

    private protected override string[] SlowSteps => ["Seq Scan", "Sort"];

    [Fact]
    public async Task SynchronousCommit_OfTheStoresConnections_IsOnWhateverTheDatabaseSays()
    {
        var name = new NpgsqlConnectionStringBuilder(_database!.ConnectionString).Database;
        await Database.ExecuteAsync([new Call(new Statement($"alter database {name} set synchronous_commit = off"), _ => { })], Durability.Synced, Cancel);
        await using var fresh = OpenDatabase();

        Assert.Equal(["on"], await ShowAsync(fresh, Durability.Synced));
        Assert.Equal(["off"], await ShowAsync(fresh, Durability.Relaxed));
        Assert.Equal(["on"], await ShowAsync(fresh, Durability.Synced));
    }

    [Fact]
    public async Task CompleteAsync_OnOneReplica_IsHeardByTheOtherAlone()
    {
        await using var other = OpenDatabase();
        using var end = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        var here = new ConcurrentQueue<Guid>();
        var there = new ConcurrentQueue<Guid>();
        Task[] listeners = [Database.HearAsync(here.Enqueue, end.Token), other.HearAsync(there.Enqueue, end.Token)];
        await Eventually.UntilAsync(async () => await ListenersAsync() == 2, Patience, "both listen");
        // More than one payload holds.
        var rows = Enumerable.Range(0, 1000).Select(_ => Row(Noon)).ToList();
        var last = Row(Noon);
        await Store.InsertAsync([.. rows, last], Cancel);

        await Store.CompleteAsync([.. rows.Select(row => Succeeded(row))], Cancel);
        await new IdentificationStore(other, TimeProvider.System).CompleteAsync([Succeeded(last)], Cancel);

        await Eventually.UntilAsync(() => there.Count >= rows.Count && !here.IsEmpty, Patience, "both have heard");
        Assert.Equal(rows.Select(row => row.Id).Order(), there.Order());
        Assert.Equal([last.Id], here);
        await end.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Task.WhenAll(listeners));
    }

    private async Task<long> ListenersAsync() => (await Database.ReadAsync(
        new Call(new Statement("select count(*) from pg_stat_activity where datname = current_database() and query like 'listen %'"), _ => { }),
        fields => fields.Number(), Cancel)).Single();

    private static Task<List<string>> ShowAsync(StoreDatabase database, Durability durability) => database.ChangeAsync(
        new Call(new Statement("show synchronous_commit"), _ => { }), fields => fields.Text(), durability, TestContext.Current.CancellationToken);
}
