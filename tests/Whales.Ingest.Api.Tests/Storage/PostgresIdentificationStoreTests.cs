using Npgsql;
using Whales.Ingest.Api.Storage;
using Whales.Testing;

namespace Whales.Ingest.Api.Tests.Storage;

public sealed class PostgresIdentificationStoreTests : IdentificationStoreTests
{
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

    private static Task<List<string>> ShowAsync(StoreDatabase database, Durability durability) => database.ChangeAsync(
        new Call(new Statement("show synchronous_commit"), _ => { }), fields => fields.Text(), durability, TestContext.Current.CancellationToken);
}
