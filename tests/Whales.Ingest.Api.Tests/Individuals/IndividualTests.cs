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

public sealed class SqliteIndividualTests : IndividualTests
{
    protected override Task<string?> CreateDatabaseAsync() => Task.FromResult<string?>(null);
}

public sealed class PostgresIndividualTests : IndividualTests
{
    private PostgresTestDatabase? _database;

    protected override async Task<string?> CreateDatabaseAsync() =>
        (_database = await (await PostgresServer.GetAsync()).CreateDatabaseAsync()).ConnectionString;

    protected override async ValueTask DropDatabaseAsync() => await _database!.DisposeAsync();
}

/// <summary>The catalogue over HTTP, in whichever database. No worker is there: its answers are given by hand.</summary>
public abstract partial class IndividualTests : IAsyncLifetime
{
    private IngestServer _server = null!;

    protected static CancellationToken Cancel => TestContext.Current.CancellationToken;

    protected abstract Task<string?> CreateDatabaseAsync();

    protected virtual ValueTask DropDatabaseAsync() => ValueTask.CompletedTask;

    public async ValueTask InitializeAsync() => _server = await IngestServer.StartAsync(new() { ["ConnectionStrings:Whales"] = await CreateDatabaseAsync() });

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        await DropDatabaseAsync();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task Post_WithAndWithoutId_IsThereAsItWasSaid()
    {
        var named = await AddAsync("""{ "id": "Eg 1204 (Żuławy)", "name": "Calvin", "species": "Eubalaena glacialis", "sex": "female", "notes": "Scar." }""");
        var unnamed = await AddAsync("{}");

        Assert.Equal(("Eg 1204 (Żuławy)", "Calvin", "Eubalaena glacialis", Sex.Female, "Scar."), (named.Id, named.Name, named.Species, named.Sex!.Value, named.Notes));
        Assert.True(Guid.TryParse(unnamed.Id, out _));
        var read = await _server.Client.GetFromJsonAsync<Individual>($"/v1/individuals/{Uri.EscapeDataString(named.Id)}", JsonSerializerOptions.Web, Cancel);
        Assert.Equal((named.Name, 0, 0), (read!.Name, read.Photos, read.Embeddings.Count));
    }

    [Theory]
    [InlineData("""{ "id": "a/b" }""")]
    [InlineData("""{ "id": "" }""")]
    [InlineData("""{ "id": ".." }""")]
    [InlineData("""{ "sex": "both" }""")]
    [InlineData("""{ "name": 7 }""")]
    [InlineData("""{ "colour": "grey" }""")]
    [InlineData("""{ "name": "a\u0000b" }""")]
    [InlineData("""{ "name": "\ud800" }""")]
    [InlineData("[]")]
    [InlineData("{")]
    public async Task Post_CannotBe_IsRefused(string json)
    {
        using var response = await PostAsync(json);

        await response.ProblemAsync(400, ErrorCodes.MalformedRequest);
    }

    [Theory]
    [InlineData("GET", "/v1/individuals/a%01b")]
    [InlineData("DELETE", "/v1/individuals/a%01b")]
    [InlineData("GET", "/v1/individuals/a%01b/photos")]
    [InlineData("DELETE", "/v1/individuals/%F0%9F%90%8B/photos/01936b7e-5f2c-7d3a-9c41-2f6f0a9d8e11")]
    [InlineData("GET", "/v1/individuals/a/photos/not-an-id")]
    public async Task Any_NoAnimalCanBeCalledSo_IsNotFound(string method, string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Parse(method), path);

        using var response = await _server.Client.SendAsync(request, Cancel);

        await response.ProblemAsync(404, ErrorCodes.NotFound);
    }

    [Fact]
    public async Task Post_IdIsTaken_IsRefused()
    {
        await AddAsync("""{ "id": "a" }""");

        using var again = await PostAsync("""{ "id": "a" }""");

        await again.ProblemAsync(409, ErrorCodes.AlreadyExists);
    }

    [Fact]
    public async Task List_PagesAndFilter_HaveEachOnce()
    {
        foreach (var i in Enumerable.Range(0, 7))
            await AddAsync($$"""{ "id": "whale_{{i}}", "name": "{{(i % 2 == 0 ? "Ärmel 100%" : "Bo")}}" }""");

        var seen = new List<string>();
        string? cursor = null;
        do
        {
            var page = await ListAsync(cursor is null ? "limit=3" : $"limit=3&cursor={cursor}");
            seen.AddRange(page.Items.Select(i => i.Id));
            cursor = page.NextCursor;
        }
        while (cursor is not null);

        Assert.Equal(Enumerable.Range(0, 7).Select(i => $"whale_{i}"), seen);
        Assert.Equal(4, (await ListAsync("name=ÄRMEL")).Items.Count);
        Assert.Equal(4, (await ListAsync("name=100%25")).Items.Count);
        Assert.Equal(["whale_3"], (await ListAsync("name=Whale_3")).Items.Select(i => i.Id));
        Assert.Empty((await ListAsync("name=w_ale")).Items);
        using var wrong = await _server.Client.GetAsync("/v1/individuals?cursor=***", Cancel);
        await wrong.ProblemAsync(400, ErrorCodes.MalformedRequest);
    }

    [Fact]
    public async Task Patch_MembersThatAreThere_ChangeAndOthersStay()
    {
        await AddAsync("""{ "id": "a", "name": "Calvin", "species": "S", "notes": "n" }""");

        using var response = await _server.Client.PatchAsync("/v1/individuals/a", Json("""{ "name": "Hobbes", "notes": null }"""), Cancel);

        var changed = await response.JsonAsync<Individual>();
        Assert.Equal(("Hobbes", "S", null), (changed.Name, changed.Species, changed.Notes));
        Assert.Equal("a", Assert.Single((await ListAsync("name=hobb")).Items).Id);
        using var missing = await _server.Client.PatchAsync("/v1/individuals/b", Json("{}"), Cancel);
        await missing.ProblemAsync(404, ErrorCodes.NotFound);
    }

    [Fact]
    public async Task Delete_AnimalWithPhotos_LeavesNothingAndTellsWorkers()
    {
        await AddAsync("""{ "id": "a" }""");
        var photo = await AddPhotoAsync("a", seed: 1);
        await CompleteAsync(Embedded(photo.Id));
        await _server.Get<CatalogueStore>().OpenAsync(new CatalogueModel(IngestServer.Model, "7"), Cancel);
        Assert.Equal(1, (await _server.Client.GetFromJsonAsync<Individual>("/v1/individuals/a", JsonSerializerOptions.Web, Cancel))!.Embeddings.Single().FromPhotos);

        using var deleted = await _server.Client.DeleteAsync("/v1/individuals/a", Cancel);
        using var again = await _server.Client.DeleteAsync("/v1/individuals/a", Cancel);

        Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);
        await again.ProblemAsync(404, ErrorCodes.NotFound);
        Assert.Empty(_server.StoredFiles());
        Assert.Empty((await ListAsync("")).Items);
        Assert.NotNull(Assert.Single(await _server.Get<CatalogueStore>().ChangesAsync(IngestServer.Model, 10, Cancel)).RemovedRow);
        // The late answer of the other model brings nothing back.
        await CompleteAsync(Embedded(photo.Id, IngestServer.OtherModel, "2"));
        Assert.Empty(await _server.Get<CatalogueStore>().CountAsync(Cancel));
    }

    private static StringContent Json(string json) => new(json, Encoding.UTF8, "application/json");

    private static EmbeddingResult Embedded(Guid photo, string model = IngestServer.Model, string version = "7") =>
        new() { PhotoId = photo, Model = model, ModelVersion = version, Embedding = [0, 60, 0, 0], At = DateTimeOffset.UtcNow };

    private Task<IReadOnlyList<bool>> CompleteAsync(EmbeddingResult result) => _server.Get<EmbeddingStore>().CompleteAsync([result], DateTimeOffset.UtcNow, Cancel);

    private Task<HttpResponseMessage> PostAsync(string json) => _server.Client.PostAsync("/v1/individuals", Json(json), Cancel);

    private async Task<Individual> AddAsync(string json)
    {
        using var response = await PostAsync(json);
        return await response.JsonAsync<Individual>(HttpStatusCode.Created);
    }

    private async Task<IndividualPhoto> AddPhotoAsync(string animal, int seed, HttpStatusCode expected = HttpStatusCode.Created)
    {
        using var response = await _server.Client.PostAsync($"/v1/individuals/{animal}/photos", TestPhotos.Content(TestPhotos.Jpeg(seed: seed)), Cancel);
        return await response.JsonAsync<IndividualPhoto>(expected);
    }

    private async Task<IndividualPhoto> PhotoAsync(IndividualPhoto photo) =>
        (await _server.Client.GetFromJsonAsync<IndividualPhoto>($"/v1/individuals/{photo.IndividualId}/photos/{photo.Id}", JsonSerializerOptions.Web, Cancel))!;

    private async Task<Page<Individual>> ListAsync(string query) =>
        (await _server.Client.GetFromJsonAsync<Page<Individual>>($"/v1/individuals?{query}", JsonSerializerOptions.Web, Cancel))!;
}
