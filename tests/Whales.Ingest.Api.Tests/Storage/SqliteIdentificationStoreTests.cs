using Microsoft.Data.Sqlite;
using Whales.Ingest.Api.Storage;

namespace Whales.Ingest.Api.Tests.Storage;

public sealed class SqliteIdentificationStoreTests : IdentificationStoreTests
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("whales-store-");

    private string File => Path.Combine(_folder.FullName, "data", "whales.db");

    private protected override StoreDatabase OpenDatabase() => new SqliteDatabase(File);

    [Fact]
    public async Task Synchronous_OfTheWriter_IsFullAlsoAfterARelaxedWrite()
    {
        var row = StoreRows.Row();
        await Store.InsertAsync([row], Cancel);
        await Store.MarkSentAsync([new AttemptId(row.Id, 1)], StoreRows.Noon, Cancel);

        var synchronous = await Database.ChangeAsync(
            new Call(new Statement("pragma synchronous"), _ => { }), fields => fields.Number(), Durability.Synced, Cancel);
        var relaxed = await Database.ChangeAsync(
            new Call(new Statement("pragma synchronous"), _ => { }), fields => fields.Number(), Durability.Relaxed, Cancel);
        var journal = await Database.ReadAsync(new Call(new Statement("pragma journal_mode"), _ => { }), fields => fields.Text(), Cancel);

        Assert.Equal([2L], synchronous);
        Assert.Equal([1L], relaxed);
        Assert.Equal(["wal"], journal);
    }

    [Fact]
    public void File_IsForItsOwnerAlone() => Assert.All(
        Directory.GetFiles(Path.GetDirectoryName(File)!),
        file => Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, System.IO.File.GetUnixFileMode(file)));

    [Fact]
    public async Task InsertAsync_FileIsLockedByAnotherProcess_Waits()
    {
        await using var other = new SqliteConnection($"Data Source={File};Pooling=False");
        await other.OpenAsync(Cancel);
        var row = StoreRows.Row();
        Task inserting;
        await using (var transaction = other.BeginTransaction(deferred: false))
        {
            inserting = Store.InsertAsync([row], Cancel);
            Assert.False(inserting.IsCompleted);
        }

        await inserting;

        Assert.NotNull(await Store.FindAsync(row.Id, Cancel));
    }

    private protected override async Task<IReadOnlyList<string>> PlansAsync(IEnumerable<string> queries)
    {
        var plans = new List<string>();
        foreach (var query in queries)
        {
            plans.Add(string.Join('\n', await Database.ReadAsync(
                new Call(new Statement("explain query plan " + query), _ => { }),
                fields => $"{fields.Number()} {fields.Number()} {fields.Number()} {fields.Text()}",
                Cancel)));
        }

        return plans;
    }

    private protected override string[] SlowSteps => ["SCAN ", "USE TEMP B-TREE"];

    private protected override Task DisposeDatabaseAsync()
    {
        _folder.Delete(recursive: true);
        return Task.CompletedTask;
    }
}
