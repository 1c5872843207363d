using System.Collections.Concurrent;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Whales.Contracts;
using Whales.Hosting.Catalogue;
using Whales.Hosting.Images;
using Whales.Ingest.Api.Catalogue;
using Whales.Ingest.Api.Storage;

namespace Whales.Ingest.Api.Tests.Catalogue;

/// <summary>Making photos, and reading what workers read.</summary>
public abstract partial class PublisherTests
{
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
