using System.Collections.Concurrent;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Whales.Contracts;
using Whales.Hosting.Catalogue;
using Whales.Hosting.Images;
using Whales.Ingest.Api.Catalogue;
using Whales.Ingest.Api.Storage;
using Whales.Testing;

namespace Whales.Ingest.Api.Tests.Catalogue;

public sealed class SqlitePublisherTests : PublisherTests
{
    private protected override Task<StoreDatabase> OpenAsync() => Task.FromResult<StoreDatabase>(new SqliteDatabase(Path.Combine(Folder, "whales.db")));
}

public sealed class PostgresPublisherTests : PublisherTests
{
    private PostgresTestDatabase? _database;

    private protected override async Task<StoreDatabase> OpenAsync()
    {
        _database ??= await (await PostgresServer.GetAsync()).CreateDatabaseAsync();
        return new PostgresDatabase(_database.ConnectionString);
    }

    private protected override async ValueTask DropAsync() => await _database!.DisposeAsync();
}

/// <summary>What workers are told, in whichever database: the head and its segments, put together as a worker does it.</summary>
public abstract partial class PublisherTests : IAsyncLifetime
{
    private const int Dimensions = 2;
    private static readonly CatalogueModel Model = new("colours", "1");

    private readonly ConcurrentQueue<long> _told = new();
    private StoreDatabase _database = null!;
    private FolderImageStore _images = null!;
    private IndividualStore _individuals = null!;
    private EmbeddingStore _embeddings = null!;
    private CatalogueStore _store = null!;

    protected string Folder { get; } = Directory.CreateTempSubdirectory("whales-publisher-").FullName;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private protected abstract Task<StoreDatabase> OpenAsync();

    private protected virtual ValueTask DropAsync() => ValueTask.CompletedTask;

    public async ValueTask InitializeAsync()
    {
        _database = await OpenAsync();
        await _database.MigrateAsync(connection => Migrations.ApplyAsync(connection, TimeProvider.System, Cancel), Cancel);
        _images = new FolderImageStore(Path.Combine(Folder, "images"));
        (_individuals, _embeddings, _store) = (new IndividualStore(_database), new EmbeddingStore(_database), new CatalogueStore(_database));
        await _store.OpenAsync(Model, Cancel);
        await _store.AddShippedAsync(Model, "s", [new KnownIndividual("red", "Rosa", null)], [new CatalogueRow(Guid.NewGuid(), "red", [0, 60, 0, 0])], DateTimeOffset.UtcNow, Cancel);
        await _store.FinishShippedAsync(Model, "s", Dimensions, Cancel);
    }

    public async ValueTask DisposeAsync()
    {
        await _database.DisposeAsync();
        await DropAsync();
        _images.Dispose();
        Directory.Delete(Folder, recursive: true);
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task Publish_ShippedThenPhotosThenRemovals_WorkersHaveWhatTheDatabaseHas()
    {
        var publisher = Publisher();
        await publisher.PublishAsync(Model, HeadCheck.Head, Cancel);
        var first = await ReadAsync();
        var photo = await AddPhotoAsync("blue");
        await publisher.PublishAsync(Model, HeadCheck.None, Cancel);
        var second = await ReadAsync();
        await _individuals.DeletePhotoAsync("blue", photo, Cancel);
        await _individuals.DeleteAsync("red", DateTimeOffset.UtcNow, Cancel);
        await publisher.PublishAsync(Model, HeadCheck.None, Cancel);
        var third = await ReadAsync();

        Assert.Equal(["red"], first.Owners);
        Assert.Equal(["blue", "red"], second.Owners);
        Assert.Equal(second.Head.Base.Key, first.Head.Base.Key);
        Assert.Empty(third.Owners);
        Assert.Equal([first.Head.Version, second.Head.Version, third.Head.Version], _told);
        Assert.Empty(await _store.ChangesAsync(Model.Name, 10, Cancel));
    }

    [Fact]
    public async Task Publish_NothingNew_WritesNothing()
    {
        var publisher = Publisher();
        await publisher.PublishAsync(Model, HeadCheck.None, Cancel);
        await publisher.PublishAsync(Model, HeadCheck.None, Cancel);
        await publisher.PublishAsync(Model, HeadCheck.WithSegments, Cancel);

        Assert.Single(_told);
    }

    [Fact]
    public async Task Publish_AnimalIsRenamed_WorkersHearTheName()
    {
        var publisher = Publisher();
        await publisher.PublishAsync(Model, HeadCheck.None, Cancel);
        var red = (await _individuals.FindAsync("red", Cancel))!;
        await _individuals.UpdateAsync(red with { Name = "Scarlet" }, [Model.Name], Cancel);
        await publisher.PublishAsync(Model, HeadCheck.None, Cancel);

        Assert.Equal("Scarlet", (await ReadAsync()).Names["red"]);
    }

    [Fact]
    public async Task Publish_SeveralApisWhilePhotosCome_EveryRowIsToldAndNoVersionTwice()
    {
        var apis = Enumerable.Range(0, 3).Select(_ => Publisher()).ToList();
        var adding = Task.Run(async () =>
        {
            for (var i = 0; i < 30; i++)
                await AddPhotoAsync($"animal-{i}");
        }, Cancel);
        var publishing = apis.Select(async api =>
        {
            while (!adding.IsCompleted)
                await TryAsync(api);
        });

        await Task.WhenAll(publishing);
        await adding;
        await TryAsync(apis[0]);
        await apis[1].PublishAsync(Model, HeadCheck.Head, Cancel);

        var told = await ReadAsync();
        Assert.Equal(31, told.Owners.Count);
        Assert.Equal(_told.Count, _told.Distinct().Count());
        Assert.Equal(told.Head.Version, _told.Max());

        static Task TryAsync(CataloguePublisher api) => api.PublishAsync(Model, HeadCheck.None, Cancel);
    }

    [Fact]
    public async Task Publish_ManyDeltas_AreMergedAndThenPartOfANewBase()
    {
        var publisher = Publisher(maxDeltas: 3);
        for (var i = 0; i < 20; i++)
            await AddPhotoAsync($"old-{i}");
        await publisher.PublishAsync(Model, HeadCheck.None, Cancel);
        var first = (await ReadAsync()).Head;
        for (var i = 0; i < 4; i++)
        {
            await AddPhotoAsync($"new-{i}");
            await publisher.PublishAsync(Model, HeadCheck.None, Cancel);
        }

        var merged = await ReadAsync();
        for (var i = 4; i < 16; i++)
        {
            await AddPhotoAsync($"new-{i}");
            await publisher.PublishAsync(Model, HeadCheck.None, Cancel);
        }

        var based = await ReadAsync();

        Assert.Equal((first.Base.Key, 1, 25), (merged.Head.Base.Key, merged.Head.Deltas.Count, merged.Owners.Count));
        Assert.NotEqual(first.Base.Key, based.Head.Base.Key);
        Assert.Equal((first.Lineage, 37), (based.Head.Lineage, based.Owners.Count));
        // What no head names any longer is known, to be removed later.
        var retired = await _store.RetiredSegmentsAsync(DateTimeOffset.UtcNow.AddHours(1), 100, Cancel);
        Assert.Contains(first.Base.Key, retired);
        Assert.DoesNotContain(based.Head.Base.Key, retired);
        Assert.All(based.Head.Deltas, delta => Assert.DoesNotContain(delta.Key, retired));
    }

    [Fact]
    public async Task Publish_HeadIsGoneOrOld_IsPutRight()
    {
        var publisher = Publisher();
        await publisher.PublishAsync(Model, HeadCheck.None, Cancel);
        var old = await File.ReadAllBytesAsync(HeadFile, Cancel);
        await AddPhotoAsync("blue");
        await publisher.PublishAsync(Model, HeadCheck.None, Cancel);
        var good = (await ReadAsync()).Head.ToJson();

        File.Delete(HeadFile);
        await publisher.PublishAsync(Model, HeadCheck.Head, Cancel);
        var afterGone = (await ReadAsync()).Head.ToJson();
        await File.WriteAllBytesAsync(HeadFile, old, Cancel);
        await publisher.PublishAsync(Model, HeadCheck.Head, Cancel);

        Assert.Equal(good, afterGone);
        Assert.Equal(good, (await ReadAsync()).Head.ToJson());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Publish_SegmentIsGoneOrDamaged_EverythingIsMadeAnew(bool isGone)
    {
        var publisher = Publisher();
        await publisher.PublishAsync(Model, HeadCheck.None, Cancel);
        var before = (await ReadAsync()).Head;
        var file = Path.Combine(Folder, "images", before.Base.Key);
        if (isGone)
            File.Delete(file);
        else
            File.WriteAllBytes(file, [.. File.ReadAllBytes(file).Reverse()]);

        await publisher.PublishAsync(Model, HeadCheck.WithSegments, Cancel);

        var after = await ReadAsync();
        Assert.Equal(["red"], after.Owners);
        Assert.NotEqual(before.Lineage, after.Head.Lineage);
        Assert.True(after.Head.Version > before.Version);
    }

    [Fact]
    public async Task Publish_StoreKnowsMoreThanTheDatabase_GoesOnAboveIt()
    {
        var publisher = Publisher();
        await publisher.PublishAsync(Model, HeadCheck.None, Cancel);
        var head = (await ReadAsync()).Head;
        await File.WriteAllTextAsync(HeadFile, (head with { Version = 100 }).ToJson(), Cancel);

        await publisher.PublishAsync(Model, HeadCheck.Head, Cancel);

        var after = await ReadAsync();
        Assert.Equal((101, false), (after.Head.Version, after.Head.Lineage == head.Lineage));
        Assert.Equal(["red"], after.Owners);
    }
}
