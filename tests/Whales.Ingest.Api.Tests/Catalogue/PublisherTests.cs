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
public abstract class PublisherTests : IAsyncLifetime
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

    [Fact]
    public async Task Open_ModelHasAnotherVersion_PhotosAreEmbeddedAgainAndOldAnswersDoNotCount()
    {
        var publisher = Publisher();
        var photo = await AddPhotoAsync("blue");
        await publisher.PublishAsync(Model, HeadCheck.None, Cancel);
        var next = new CatalogueModel("colours", "2");
        await _store.OpenAsync(next, Cancel);
        await _store.FinishShippedAsync(next, "t", Dimensions, Cancel);

        Assert.Equal(1, await _embeddings.EnsureQueuedAsync(next, DateTimeOffset.UtcNow, Cancel));
        var task = Assert.Single(await _embeddings.LeaseUnsentAsync(next, 10, 10, DateTimeOffset.UtcNow, DateTimeOffset.UtcNow.AddSeconds(9), Cancel));
        Assert.Equal((photo, 2, "2"), (task.PhotoId, task.Attempt, task.ModelVersion));
        Assert.Equal([false], await _embeddings.CompleteAsync([Embedded(photo, "1")], DateTimeOffset.UtcNow.AddDays(-1), Cancel));
        // Asked for again, and sent again by the next lease.
        Assert.Single(await _embeddings.LeaseUnsentAsync(next, 10, 10, DateTimeOffset.UtcNow, DateTimeOffset.UtcNow.AddSeconds(9), Cancel));
        Assert.Equal([true, false], await _embeddings.CompleteAsync([Embedded(photo, "2"), Embedded(photo, "2")], DateTimeOffset.UtcNow, Cancel));
        // An API with the older folder leaves the model alone.
        await publisher.PublishAsync(Model, HeadCheck.WithSegments, Cancel);
        Assert.Single(_told);
        await publisher.PublishAsync(next, HeadCheck.None, Cancel);

        var after = await ReadAsync();
        Assert.Equal(("2", "blue"), (after.Head.ModelVersion, Assert.Single(after.Owners)));
    }

    [Fact]
    public async Task AddShipped_AnimalWasRemoved_DoesNotComeBack()
    {
        await _individuals.DeleteAsync("red", DateTimeOffset.UtcNow, Cancel);

        await _store.AddShippedAsync(Model, "t", [new KnownIndividual("red", null, null), new KnownIndividual("green", null, null)],
            [new CatalogueRow(Guid.NewGuid(), "red", [0, 60, 0, 0]), new CatalogueRow(Guid.NewGuid(), "green", [0, 60, 0, 0])], DateTimeOffset.UtcNow, Cancel);
        await _store.FinishShippedAsync(Model, "t", Dimensions, Cancel);

        Assert.Equal(["green"], (await _individuals.ListAsync(null, "", 10, Cancel)).Select(row => row.Id));
        Assert.Equal([new CatalogueCount("colours", 1, 1)], await _store.CountAsync(Cancel));
    }

    [Fact]
    public async Task LeaseUnsent_WindowIsFull_WaitsForAnswers()
    {
        var photos = new List<Guid> { await AddPhotoAsync("a", complete: false), await AddPhotoAsync("b", complete: false), await AddPhotoAsync("c", complete: false) };
        var now = DateTimeOffset.UtcNow.AddSeconds(1);
        Task<List<EmbeddingTask>> LeaseAsync(int seconds) => _embeddings.LeaseUnsentAsync(Model, 2, 10, now.AddSeconds(seconds), now.AddSeconds(seconds + 15), Cancel);

        var first = await LeaseAsync(0);
        await _embeddings.MarkSentAsync(first, now, Cancel);
        Assert.Equal(photos[..2], first.Select(task => task.PhotoId).Order());
        Assert.Empty(await LeaseAsync(1));
        await _embeddings.CompleteAsync([Embedded(photos[0], "1")], now, Cancel);
        Assert.Equal(photos[2], Assert.Single(await LeaseAsync(2)).PhotoId);
        // Leased and not sent: another relay's until the lease is over.
        Assert.Empty(await LeaseAsync(3));
        Assert.Equal(photos[2], Assert.Single(await LeaseAsync(30)).PhotoId);
        Assert.Equal(1, await _embeddings.MarkUnsentAsync(Model.Name, now.AddSeconds(1), Cancel));
    }

    private static EmbeddingResult Embedded(Guid photo, string version) =>
        new() { PhotoId = photo, Model = Model.Name, ModelVersion = version, Embedding = [0, 60, 0, 0], At = DateTimeOffset.UtcNow };

    private string HeadFile => Path.Combine(Folder, "images", CatalogueKeys.Head(Model.Name));

    private CataloguePublisher Publisher(int maxDeltas = 32) => new(
        _store, new SegmentFiles(_store, _images, TimeProvider.System), new Broadcast(_told), Options.Create(new CatalogueOptions { MaxDeltas = maxDeltas }),
        TimeProvider.System, NullLogger<CataloguePublisher>.Instance);

    private async Task<Guid> AddPhotoAsync(string animal, bool complete = true)
    {
        var now = DateTimeOffset.UtcNow;
        await _individuals.InsertAsync(new IndividualRow { Id = animal, CreatedAt = now, UpdatedAt = now }, Cancel);
        var id = Guid.CreateVersion7();
        await _individuals.AddPhotoAsync(
            new IndividualPhotoRow { Id = id, IndividualId = animal, ImageKey = ImageKeys.ForPhoto(id, now), ContentType = "image/jpeg", ImageBytes = 1, Sha256 = $"{id:n}", CreatedAt = now },
            [Model], Cancel);
        if (complete)
            await _embeddings.CompleteAsync([Embedded(id, Model.Version)], now, Cancel);
        return id;
    }

    /// <summary>As a worker that starts now.</summary>
    private async Task<(CatalogueHead Head, List<string> Owners, Dictionary<string, string?> Names)> ReadAsync()
    {
        var head = CatalogueHead.Parse(await File.ReadAllBytesAsync(HeadFile, Cancel), Model.Name);
        var rows = new Dictionary<Guid, string>();
        var names = new Dictionary<string, string?>();
        foreach (var segment in head.Segments)
        {
            var own = new List<string>();
            await using var stream = (await _images.OpenReadAsync(segment.Key, Cancel))!;
            SegmentReader.Read(stream, segment, Dimensions, chunk =>
            {
                own.AddRange(chunk.Individuals.Select(individual => individual.Id));
                foreach (var individual in chunk.Individuals)
                    names[individual.Id] = individual.Name;
                foreach (var row in chunk.Removed)
                    rows.Remove(row);
                for (var i = 0; i < chunk.Rows.Count; i++)
                    rows[chunk.Rows[i]] = own[chunk.Owners[i]];
            });
        }

        return (head, [.. rows.Values.Order(StringComparer.Ordinal)], names);
    }

    private sealed class Broadcast(ConcurrentQueue<long> told) : ICatalogueBroadcast
    {
        public Task SendAsync(CatalogueChanged changed, CancellationToken cancellationToken)
        {
            told.Enqueue(changed.Version);
            return Task.CompletedTask;
        }
    }
}
