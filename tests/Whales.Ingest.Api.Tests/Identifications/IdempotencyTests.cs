using System.Net;
using Whales.Contracts;
using Whales.Ingest.Api.Tests.Hosting;

namespace Whales.Ingest.Api.Tests.Identifications;

public sealed class IdempotencyTests(IngestServerFixture fixture) : IClassFixture<IngestServerFixture>
{
    private readonly IngestServer _server = fixture.Server;

    [Fact]
    public async Task Submit_SameRequestAgain_IsAnsweredAsTheFirstTime()
    {
        var key = Guid.NewGuid().ToString();
        using var first = await PostAsync(key, "?region=0,0,1,1&expiresIn=600", TestPhotos.Content(TestPhotos.Jpeg()));
        // The same photo, wrapped in another way: what counts is the photo.
        using var second = await PostAsync(key, "?region=0.0,0,1.0,1&expiresIn=600.0", TestPhotos.Form(TestPhotos.Jpeg()));

        Assert.Equal((await first.AcceptedAsync()).Id, (await second.AcceptedAsync()).Id);
        Assert.Equal(first.Headers.Location, second.Headers.Location);
        Assert.False(first.Headers.Contains("Idempotent-Replayed"));
        Assert.Equal("true", Assert.Single(second.Headers.GetValues("Idempotent-Replayed")));
    }

    [Fact]
    public async Task Submit_SameRequestAfterTheResult_IsAnsweredWithTheResult()
    {
        var key = Guid.NewGuid().ToString();
        using var first = await PostAsync(key, "", TestPhotos.Content(TestPhotos.Jpeg()));
        await _server.CompleteAsync((await first.AcceptedAsync()).Id, IdentificationStatus.Succeeded);

        using var second = await PostAsync(key, "", TestPhotos.Content(TestPhotos.Jpeg()));

        Assert.Equal(IdentificationStatus.Succeeded, (await second.JsonAsync<Identification>()).Status);
    }

    [Theory]
    [InlineData("", 1)]
    [InlineData("?model=minke_v1", 0)]
    [InlineData("?region=0,0,1,0.5", 0)]
    [InlineData("?expiresIn=60", 0)]
    public async Task Submit_UsedKeyWithAnotherRequest_IsAMismatch(string query, int seed)
    {
        var key = Guid.NewGuid().ToString();
        using var first = await PostAsync(key, "", TestPhotos.Content(TestPhotos.Jpeg()));
        await first.AcceptedAsync();
        var files = _server.StoredFiles().Count;

        using var second = await PostAsync(key, query, TestPhotos.Content(TestPhotos.Jpeg(seed: seed)));

        await second.ProblemAsync(409, ErrorCodes.IdempotencyMismatch);
        Assert.Equal(files, _server.StoredFiles().Count);
    }

    [Fact]
    public async Task Submit_HundredAtOnce_MakeOneRow()
    {
        await using var server = await IngestServer.StartAsync();
        var key = Guid.NewGuid().ToString();

        var responses = await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => PostAsync(key, "", TestPhotos.Content(TestPhotos.Jpeg()), server)));

        var row = Assert.Single(await server.RowsAsync());
        Assert.Single(server.StoredFiles());
        Assert.Contains(responses, r => r.StatusCode == HttpStatusCode.Accepted && !r.Headers.Contains("Idempotent-Replayed"));
        foreach (var response in responses)
        {
            if (response.StatusCode == HttpStatusCode.Accepted)
                Assert.Equal(row.Id, (await response.AcceptedAsync()).Id);
            else
                await response.ProblemAsync(409, ErrorCodes.IdempotencyInProgress);
            response.Dispose();
        }
    }

    [Fact]
    public async Task Submit_KeyOfARefusedPhoto_IsFreeAgain()
    {
        var key = Guid.NewGuid().ToString();
        using var refused = await PostAsync(key, "", TestPhotos.Content([1, 2, 3]));
        await refused.ProblemAsync(415, ErrorCodes.UnsupportedMedia);

        using var accepted = await PostAsync(key, "", TestPhotos.Content(TestPhotos.Jpeg()));

        await accepted.AcceptedAsync();
        Assert.False(accepted.Headers.Contains("Idempotent-Replayed"));
    }

    [Fact]
    public async Task Submit_KeyOfADeletedIdentification_IsFreeAgain()
    {
        var key = Guid.NewGuid().ToString();
        using var first = await PostAsync(key, "", TestPhotos.Content(TestPhotos.Jpeg()));
        var id = (await first.AcceptedAsync()).Id;
        using var deleted = await _server.Client.DeleteAsync($"{IngestServer.Path}/{id}");
        Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);

        using var second = await PostAsync(key, "", TestPhotos.Content(TestPhotos.Jpeg(seed: 1)));

        Assert.NotEqual(id, (await second.AcceptedAsync()).Id);
    }

    private async Task<HttpResponseMessage> PostAsync(string key, string query, HttpContent content, IngestServer? server = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, IngestServer.Path + query) { Content = content };
        request.Headers.Add("Idempotency-Key", key);
        return await (server ?? _server).Client.SendAsync(request);
    }
}
