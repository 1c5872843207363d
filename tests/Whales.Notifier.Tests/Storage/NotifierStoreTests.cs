using Npgsql;
using Whales.Notifier.Alerts;
using Whales.Notifier.Messages;
using Whales.Notifier.Storage;
using Whales.Notifier.Tests.Running;
using Whales.Testing;

namespace Whales.Notifier.Tests.Storage;

/// <summary>What the store promises, on both databases.</summary>
public sealed class NotifierStoreTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 22, 7, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(StoreKind.Sqlite)]
    [InlineData(StoreKind.Postgres)]
    public async Task Card_WrittenAndRead_IsTheSame(StoreKind kind)
    {
        await using var place = await TestStore.CreateAsync(kind);
        await using var opened = Open(place);
        var card = NewCard("ops") with { Notice = new HeartbeatLost(Now, Again: true), ButtonId = "b", SentChat = -1_009_999_999_999, MessageId = 7, SentText = "<b>é🐋</b>", SentAt = Now };

        var id = (await opened.Store.RunAsync(session => CardTable.Insert(session, card))).Id;
        var found = await opened.Store.RunAsync(session => CardTable.FindByButton(session, "b"));
        await opened.Store.RunAsync(session => CardTable.Update(session, found! with { SentChat = null, MessageId = null, SentText = null, ButtonId = null, ClosedAt = Now }));
        var updated = await opened.Store.RunAsync(session => CardTable.Find(session, id));

        Assert.Equal(card with { Id = id, State = found!.State }, found);
        Assert.Equal(found with { SentChat = null, MessageId = null, SentText = null, ButtonId = null, ClosedAt = Now, State = updated!.State }, updated);
        Assert.Null(await opened.Store.RunAsync(session => CardTable.FindByButton(session, "b")));
        Assert.Equal([(Severity.Warning, 1, Now)], await opened.Store.RunAsync(CardTable.Backlog));
    }

    [Theory]
    [InlineData(StoreKind.Sqlite)]
    [InlineData(StoreKind.Postgres)]
    public async Task Work_ThatFailsByItself_IsUndoneAloneAndOthersOfTheSameCommitStay(StoreKind kind)
    {
        await using var place = await TestStore.CreateAsync(kind);
        await using var opened = Open(place);
        using var hold = new ManualResetEventSlim();
        // While the first holds the thread, the others gather for one commit.
        var first = opened.Store.RunAsync(_ => hold.Wait(RunningNotifier.Patience));
        var before = opened.Store.RunAsync(session => CardTable.Insert(session, NewCard("before")));
        var broken = opened.Store.RunAsync(session =>
        {
            CardTable.Insert(session, NewCard("broken"));
            throw new InvalidOperationException("Its own.");
        });
        var after = opened.Store.RunAsync(session => CardTable.Insert(session, NewCard("after")));
        hold.Set();

        await Task.WhenAll(first, before, after);
        await Assert.ThrowsAsync<InvalidOperationException>(() => broken);
        Assert.Equal(2, await opened.Store.RunAsync(CardTable.CountPending));
    }

    [Theory]
    [InlineData(StoreKind.Sqlite)]
    [InlineData(StoreKind.Postgres)]
    public async Task Text_WithAnyCharacter_IsTaken(StoreKind kind)
    {
        await using var place = await TestStore.CreateAsync(kind);
        await using var opened = Open(place);

        await opened.Store.RunAsync(session => ThreadTable.Insert(session, NewThread("nul \0, quotes '\", ünïcode 🐋, {}:{a=\"b\"}")));

        Assert.Equal("ops", Assert.Single(await opened.Store.RunAsync(ThreadTable.Open)).Chat);
    }

    [Theory]
    [InlineData(StoreKind.Sqlite)]
    [InlineData(StoreKind.Postgres)]
    public async Task Leader_OfTwo_IsOneAndTheOtherFollowsWhenItEnds(StoreKind kind)
    {
        await using var place = await TestStore.CreateAsync(kind);
        var first = Open(place);
        await using var second = Open(place);

        Assert.True(await first.Store.TryLeadAsync());
        Assert.False(await second.Store.TryLeadAsync());
        Assert.True(await first.Store.TryLeadAsync());
        Assert.True(first.Store.IsLeader);
        Assert.False(second.Store.IsLeader);
        // Either writes.
        await second.Store.RunAsync(session => CardTable.Insert(session, NewCard("by the second")));
        Assert.Equal(1, await first.Store.RunAsync(CardTable.CountPending));

        await first.DisposeAsync();
        await Eventually.UntilAsync(second.Store.TryLeadAsync, RunningNotifier.Patience, "the second leads");
    }

    [Fact]
    public async Task Leader_WhoseConnectionIsCut_LeadsNoMoreAndKeepsNothingOfItsTransaction()
    {
        await using var place = await TestStore.CreateAsync(StoreKind.Postgres);
        await using var first = Open(place);
        await using var second = Open(place);
        Assert.True(await first.Store.TryLeadAsync());
        var pid = await first.Store.RunAsync(session => session.Scalar<int>("select pg_backend_pid()"));

        await using (var administrator = new NpgsqlConnection(place.ConnectionString))
        {
            await administrator.OpenAsync(TestContext.Current.CancellationToken);
            await using var cut = new NpgsqlCommand($"select pg_terminate_backend({pid}, 30000)", administrator);
            await cut.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        }

        var failure = await Assert.ThrowsAnyAsync<Exception>(() => first.Store.RunAsync(session => CardTable.Insert(session, NewCard("lost"))));
        Assert.True(StoreFaults.IsOfStore(failure), failure.ToString());
        Assert.False(first.Store.IsLeader);
        await Eventually.UntilAsync(second.Store.TryLeadAsync, RunningNotifier.Patience, "the second leads");
        Assert.False(await first.Store.TryLeadAsync());
        Assert.Equal(0, await first.Store.RunAsync(CardTable.CountPending));
        Assert.False(await first.Store.RunAsync(session => session.IsLeader));
    }

    [Fact]
    public async Task Stores_OfSeveralMachinesAtOnce_MakeTheSchemaOnceAndLoseNothing()
    {
        const int Stores = 4;
        const int Each = 50;
        await using var place = await TestStore.CreateAsync(StoreKind.Postgres);
        var opened = Enumerable.Range(0, Stores).Select(_ => Open(place)).ToList();

        // Read, then write what was read: they must not be in each other's way.
        await Task.WhenAll(opened.SelectMany(store => Enumerable.Range(0, Each).Select(_ => store.Store.RunAsync(session =>
            Facts.Set(session, "count", new Count((Facts.Get<Count>(session, "count")?.Value ?? 0) + 1))))));

        Assert.Equal(Stores * Each, (await opened[0].Store.RunAsync(session => Facts.Get<Count>(session, "count")))!.Value);
        foreach (var store in opened)
            await store.DisposeAsync();
    }

    private static Opened Open(TestStore place) => new(place.ConnectionString is { } postgres ? new PostgresDatabase(postgres) : new SqliteDatabase(place.File));

    private static Card NewCard(string chat) => new()
    {
        Chat = chat,
        Kind = CardKind.Notice,
        Severity = Severity.Warning,
        DueAt = Now,
        WaitingSince = Now,
        CreatedAt = Now,
        GrownAt = Now,
    };

    private static CardThread NewThread(string key) => new()
    {
        Chat = "ops",
        Key = key,
        Card = 1,
        Severity = Severity.Warning,
        OpenedAt = Now,
        ChangedAt = Now,
        Doc = new ThreadDoc(),
    };

    private sealed record Count(int Value);

    private sealed class Opened(StoreDatabase database) : IAsyncDisposable
    {
        public NotifierStore Store { get; } = new(database);

        public async ValueTask DisposeAsync()
        {
            await Store.DisposeAsync();
            database.Dispose();
        }
    }
}
