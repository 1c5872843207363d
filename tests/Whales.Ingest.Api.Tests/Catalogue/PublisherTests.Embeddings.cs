using Whales.Hosting.Catalogue;
using Whales.Ingest.Api.Catalogue;
using Whales.Ingest.Api.Storage;

namespace Whales.Ingest.Api.Tests.Catalogue;

/// <summary>Which photos are to be embedded, and what came with models.</summary>
public abstract partial class PublisherTests
{
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
}
