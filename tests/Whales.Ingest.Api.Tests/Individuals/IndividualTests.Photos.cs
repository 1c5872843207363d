using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Whales.Contracts;
using Whales.Hosting.Models;
using Whales.Ingest.Api.Models;
using Whales.Ingest.Api.Storage;
using Whales.Ingest.Api.Tests.Hosting;
using Whales.Testing;

namespace Whales.Ingest.Api.Tests.Individuals;

/// <summary>Photos of known animals.</summary>
public abstract partial class IndividualTests
{
    [Fact]
    public async Task Photo_SameBytesTwice_IsOnePhotoQueuedForEachModel()
    {
        await AddAsync("""{ "id": "a" }""");
        var photo = TestPhotos.Jpeg(seed: 7);

        using var first = await _server.Client.PostAsync("/v1/individuals/a/photos?region=0.1,0.1,0.5,0.5", TestPhotos.Form(photo, "DSC_1.jpg"), Cancel);
        var added = await first.JsonAsync<IndividualPhoto>(HttpStatusCode.Created);
        using var second = await _server.Client.PostAsync("/v1/individuals/a/photos", TestPhotos.Content(photo), Cancel);
        var known = await second.JsonAsync<IndividualPhoto>();

        Assert.Equal((added.Id, "DSC_1.jpg", 0.5), (known.Id, known.FileName, known.Region!.Width));
        Assert.Equal([(IngestServer.Model, EmbeddingStatus.Queued), (IngestServer.OtherModel, EmbeddingStatus.Queued)], added.Embeddings.Select(e => (e.Model, e.Status)));
        Assert.Single(_server.StoredFiles());
        Assert.Equal($"/v1/individuals/a/photos/{added.Id}", first.Headers.Location?.ToString());
        using var image = await _server.Client.GetAsync($"/v1/individuals/a/photos/{added.Id}/image", Cancel);
        Assert.Equal(photo, await image.Content.ReadAsByteArrayAsync(Cancel));
    }

    [Fact]
    public async Task Photo_NoAnimalOrNoPhoto_IsRefusedAndLeavesNothing()
    {
        await AddAsync("""{ "id": "a" }""");

        using var noAnimal = await _server.Client.PostAsync("/v1/individuals/b/photos", TestPhotos.Content(TestPhotos.Jpeg()), Cancel);
        using var noPhoto = await _server.Client.PostAsync("/v1/individuals/a/photos", TestPhotos.Content("text"u8.ToArray()), Cancel);

        await noAnimal.ProblemAsync(404, ErrorCodes.NotFound);
        await noPhoto.ProblemAsync(415, ErrorCodes.UnsupportedMedia);
        Assert.Empty(_server.StoredFiles());
    }

    [Fact]
    public async Task Photo_FailedAndSentAgain_IsQueuedOnceMore()
    {
        await AddAsync("""{ "id": "a" }""");
        var photo = await AddPhotoAsync("a", seed: 1);
        await CompleteAsync(new EmbeddingResult { PhotoId = photo.Id, Model = IngestServer.Model, Attempt = 1, ErrorCode = FailureCodes.CorruptedImage, ErrorMessage = "Cut off.", At = DateTimeOffset.UtcNow });

        var failed = (await PhotoAsync(photo)).Embeddings.Single(e => e.Model == IngestServer.Model);
        var again = (await AddPhotoAsync("a", seed: 1, HttpStatusCode.OK)).Embeddings.Single(e => e.Model == IngestServer.Model);

        Assert.Equal((EmbeddingStatus.Failed, FailureCodes.CorruptedImage, "Cut off."), (failed.Status, failed.Error!.Code, failed.Error.Message));
        Assert.Equal((EmbeddingStatus.Queued, null), (again.Status, again.Error));
    }

    [Fact]
    public async Task Catalogue_PhotosInEveryState_AreCounted()
    {
        await AddAsync("""{ "id": "a" }""");
        await CompleteAsync(Embedded((await AddPhotoAsync("a", seed: 1)).Id));
        await AddPhotoAsync("a", seed: 2);

        var info = (await _server.Client.GetFromJsonAsync<List<CatalogueInfo>>("/v1/catalogue", JsonSerializerOptions.Web, Cancel))!.Single(c => c.Model == IngestServer.Model);

        Assert.Equal((true, 1, 1, 1, 0), (info.HasCatalogue, info.Individuals, info.Embeddings, info.Queued, info.Failed));
    }

    [Fact]
    public async Task OrphanSweep_CataloguePhotos_AreNoOrphans()
    {
        await AddAsync("""{ "id": "a" }""");
        await AddPhotoAsync("a", seed: 1);
        foreach (var file in _server.StoredFiles())
            File.SetLastWriteTimeUtc(file, DateTime.UtcNow.AddDays(-2));

        Assert.Equal(0, await _server.Get<OrphanSweep>().RunAsync(Cancel));
        Assert.Single(_server.StoredFiles());
    }

    [Fact]
    public async Task Photo_OnlyClassifiers_SaysThatThereIsNoCatalogue()
    {
        await using var server = await IngestServer.StartAsync(services: services =>
            services.AddSingleton(new KnownModels([new KnownModel("labels", "1", "fast", ModelTask.Classification)], "labels")));
        using var added = await server.Client.PostAsync("/v1/individuals", Json("""{ "id": "a" }"""), Cancel);

        using var refused = await server.Client.PostAsync("/v1/individuals/a/photos", TestPhotos.Content(TestPhotos.Jpeg()), Cancel);

        await refused.ProblemAsync(409, ErrorCodes.NoCatalogue);
        Assert.False((await server.Client.GetFromJsonAsync<List<CatalogueInfo>>("/v1/catalogue", JsonSerializerOptions.Web, Cancel))!.Single().HasCatalogue);
    }
}
