using System.Text.Json;
using System.Text.RegularExpressions;
using Whales.Contracts;
using Whales.Ingest.Api.Storage;
using static Whales.Ingest.Api.Tests.Storage.StoreRows;

namespace Whales.Ingest.Api.Tests.Storage;

/// <summary>What a store must do, in whichever database.</summary>
public abstract partial class IdentificationStoreTests : IAsyncLifetime
{
    private IdentificationStore? _store;
    private StoreDatabase? _open;

    internal IIdentificationStore Store => _store!;

    private protected StoreDatabase Database => _open!;

    private protected static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private protected abstract StoreDatabase OpenDatabase();

    private protected virtual Task CreateDatabaseAsync() => Task.CompletedTask;

    private protected abstract Task DisposeDatabaseAsync();

    private protected abstract Task<IReadOnlyList<string>> PlansAsync(IEnumerable<string> queries);

    private protected abstract string[] SlowSteps { get; }

    public async ValueTask InitializeAsync()
    {
        await CreateDatabaseAsync();
        Open();
        await Store.MigrateAsync(Cancel);
    }

    public async ValueTask DisposeAsync()
    {
        await _store!.DisposeAsync();
        await DisposeDatabaseAsync();
        GC.SuppressFinalize(this);
    }

    private void Open() => _store = new IdentificationStore(_open = OpenDatabase(), TimeProvider.System);

    private async Task<IdentificationRow> InsertedAsync(IdentificationRow row)
    {
        await Store.InsertAsync([row], Cancel);
        return row;
    }

    private async Task<IdentificationRow> FoundAsync(IdentificationRow row) => (await Store.FindAsync(row.Id, Cancel))!;

    /// <summary>By content: the list of candidates has no equality of its own.</summary>
    private static void AssertSame(IdentificationRow expected, IdentificationRow? actual) =>
        Assert.Equal(JsonSerializer.Serialize(expected), JsonSerializer.Serialize(actual));

    [Fact]
    public async Task FindAsync_RowWithEveryMember_IsAsInserted()
    {
        var row = await InsertedAsync(FullRow());

        AssertSame(row, await Store.FindAsync(row.Id, Cancel));
    }

    [Fact]
    public async Task FindAsync_RowWithRequiredMembersOnly_IsAsInserted()
    {
        var row = await InsertedAsync(Row());

        AssertSame(row, await Store.FindAsync(row.Id, Cancel));
    }

    [Fact]
    public async Task FindAsync_NoSuchRow_IsNull() => Assert.Null(await Store.FindAsync(Guid.CreateVersion7(), Cancel));

    [Fact]
    public async Task InsertAsync_OneIdIsTaken_StoresNoneOfTheList()
    {
        var taken = await InsertedAsync(Row(1));
        var other = Row(2);

        var exception = await Assert.ThrowsAnyAsync<Exception>(() => Store.InsertAsync([other, taken], Cancel));

        Assert.True(StoreFaults.IsOfItem(exception));
        Assert.Null(await Store.FindAsync(other.Id, Cancel));
        await Store.InsertAsync([other], Cancel);
        Assert.NotNull(await Store.FindAsync(other.Id, Cancel));
    }

    [Fact]
    public async Task Lists_ThatAreEmpty_ChangeNothing()
    {
        await Store.InsertAsync([], Cancel);
        await Store.MarkSentAsync([], Noon, Cancel);

        Assert.Empty(await Store.CompleteAsync([], Cancel));
        Assert.Empty(await Store.KnownImageKeysAsync([], Cancel));
    }

    [Fact]
    public async Task Rows_AfterDisposeAndReopen_AreThere()
    {
        var row = await InsertedAsync(Row());
        await _store!.DisposeAsync();
        Open();
        await Store.MigrateAsync(Cancel);

        AssertSame(row, await Store.FindAsync(row.Id, Cancel));
    }

    [Fact]
    public async Task AnyMethod_AfterDispose_Throws()
    {
        var row = await InsertedAsync(Row());
        await _store!.DisposeAsync();

        await Assert.ThrowsAsync<ObjectDisposedException>(() => Store.InsertAsync([Row(1)], Cancel));
        await Assert.ThrowsAsync<ObjectDisposedException>(() => Store.FindAsync(row.Id, Cancel));
    }

    [Fact]
    public async Task MigrateAsync_ManyReplicasAtOnce_AllSucceed()
    {
        var replicas = Enumerable.Range(0, 6).Select(_ => new IdentificationStore(OpenDatabase(), TimeProvider.System)).ToList();

        await Task.WhenAll(replicas.Select(replica => replica.MigrateAsync(Cancel)));

        foreach (var replica in replicas)
            await replica.DisposeAsync();
    }

    [Fact]
    public async Task MigrateAsync_DatabaseIsNewer_SaysSo()
    {
        await Database.ExecuteAsync(
            [new Call(new Statement("insert into schema_migrations (version, name, applied_at) values (9999, 'later', 0)"), _ => { })],
            Durability.Synced,
            Cancel);

        var exception = await Assert.ThrowsAsync<InvalidOperationException>(() => Store.MigrateAsync(Cancel));

        Assert.Contains("9999", exception.Message, StringComparison.Ordinal);
        Assert.Contains("newer", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task CheckAsync_DatabaseIsThere_Passes() => await Store.CheckAsync(Cancel);

    [Fact]
    public async Task Methods_FromManyCallersAtOnce_LoseNothing()
    {
        const int Callers = 24;
        const int Each = 10;
        var rows = await Task.WhenAll(Enumerable.Range(0, Callers).Select(caller => Task.Run(async () =>
        {
            var mine = Enumerable.Range(0, Each).Select(i => Row(Noon.AddMilliseconds((caller * 1000) + i))).ToList();
            foreach (var row in mine)
            {
                await Store.InsertAsync([row], Cancel);
                await Store.MarkSentAsync([new AttemptId(row.Id, 1)], Noon, Cancel);
                Assert.NotNull(await Store.FindAsync(row.Id, Cancel));
            }

            Assert.All(await Store.CompleteAsync([.. mine.Select(row => Succeeded(row))], Cancel), Assert.True);
            return mine;
        })));

        var stored = await Store.ListAsync(new IdentificationFilter { Limit = Callers * Each * 2, Status = IdentificationStatus.Succeeded }, Cancel);
        Assert.Equal(rows.SelectMany(mine => mine).Select(row => row.Id).OrderDescending(), stored.Select(row => row.Id));
    }

    [Fact]
    public async Task ListAsync_NoFilter_IsNewestFirstInParts()
    {
        var rows = Enumerable.Range(0, 5).Select(i => Row(i)).ToList();
        await Store.InsertAsync(rows, Cancel);

        var first = await Store.ListAsync(new IdentificationFilter { Limit = 3 }, Cancel);
        var second = await Store.ListAsync(new IdentificationFilter { Limit = 3, Before = first[^1].Id }, Cancel);

        Assert.Equal([rows[4].Id, rows[3].Id, rows[2].Id], first.Select(row => row.Id));
        Assert.Equal([rows[1].Id, rows[0].Id], second.Select(row => row.Id));
    }

    [Fact]
    public async Task ListAsync_EveryCombinationOfFilters_GivesWhatMatches()
    {
        var batch = Guid.CreateVersion7(Noon);
        var rows = new List<IdentificationRow>();
        for (var i = 0; i < 32; i++)
        {
            var row = Row(i, (i & 1) == 0 ? "resnet101" : "efficientnet_v1");
            var broken = (i & 2) == 0;
            rows.Add(row with
            {
                Owner = i % 5 == 4 ? "other" : "survey",
                BatchId = (i & 4) == 0 ? batch : null,
                Status = broken || (i & 8) == 0 ? IdentificationStatus.Failed : IdentificationStatus.Succeeded,
                Error = broken ? new IdentificationError { Code = FailureCodes.CorruptedImage, Message = "" } : null,
            });
        }

        await Store.InsertAsync(rows, Cancel);
        foreach (var filter in AllFilters(batch, rows[20].Id))
        {
            var expected = rows.Where(row =>
                (filter.Owner is null || row.Owner == filter.Owner) && (filter.Status is null || row.Status == filter.Status) && (filter.Model is null || row.Model == filter.Model)
                && (filter.BatchId is null || row.BatchId == filter.BatchId) && (filter.Code is null || row.Error?.Code == filter.Code)
                && (filter.Before is null || row.Id < filter.Before));

            var found = await Store.ListAsync(filter, Cancel);

            Assert.Equal(expected.Select(row => row.Id).OrderDescending(), found.Select(row => row.Id));
            Assert.NotEmpty(found);
        }
    }

    [Fact]
    public async Task ListAsync_EveryCombinationOfFilters_NeedsNoScanAndNoSort()
    {
        var sql = new IdentificationSql(Database);
        var plans = await PlansAsync(AllFilters(Guid.Empty, Guid.Empty).Select(filter =>
        {
            var list = sql.List(filter).Text;
            var limit = list.LastIndexOf("limit", StringComparison.Ordinal);
            return Placeholder().Replace(list[..limit], $"'{Guid.Empty}'") + "limit 10";
        }));

        // Without conditions the newest rows are read from the primary key, which SQLite calls a scan, too.
        Assert.DoesNotContain(SlowSteps[1..], step => plans[0].Contains(step, StringComparison.Ordinal));
        Assert.All(plans.Skip(1), plan => Assert.DoesNotContain(SlowSteps, step => plan.Contains(step, StringComparison.Ordinal)));
    }

    private static IEnumerable<IdentificationFilter> AllFilters(Guid batch, Guid before) =>
        Enumerable.Range(0, 64).Select(which => Filter(which, batch, before));

    private static IdentificationFilter Filter(int which, Guid batch, Guid before) => new()
    {
        Status = (which & 1) == 0 ? null : IdentificationStatus.Failed,
        Model = (which & 2) == 0 ? null : "resnet101",
        BatchId = (which & 4) == 0 ? null : batch,
        Code = (which & 8) == 0 ? null : FailureCodes.CorruptedImage,
        Before = (which & 16) == 0 ? null : before,
        Owner = (which & 32) == 0 ? null : "survey",
        Limit = 100,
    };

    [GeneratedRegex(@"\$\d+")]
    private static partial Regex Placeholder();
}
