using System.Net;
using Whales.Contracts;
using Whales.Ingest.Api.Tests.Hosting;

namespace Whales.Ingest.Api.Tests.Identifications;

public sealed class ReadTests(IngestServerFixture fixture) : IClassFixture<IngestServerFixture>
{
    private readonly IngestServer _server = fixture.Server;

    [Fact]
    public async Task Get_AfterPost_IsWhatThePostAnswered()
    {
        var posted = await _server.PostAsync("?region=0,0,0.5,0.5&expiresIn=600");

        using var response = await GetAsync(posted.Id.ToString());

        Assert.Equivalent(posted, await response.JsonAsync<Identification>(), strict: true);
        Assert.Equal("\"1-queued\"", response.Headers.ETag?.ToString());
        Assert.True(response.Headers.CacheControl is { Private: true, NoCache: true });
    }

    [Fact]
    public async Task Get_KnownVersion_IsNotModifiedUntilItChanges()
    {
        var id = (await _server.PostAsync()).Id;
        using (var same = await GetAsync(id.ToString(), "\"other\", W/\"1-queued\""))
        {
            Assert.Equal(HttpStatusCode.NotModified, same.StatusCode);
            Assert.Equal("\"1-queued\"", same.Headers.ETag?.ToString());
            Assert.Empty(await same.Content.ReadAsByteArrayAsync());
        }

        await _server.CompleteAsync(id, IdentificationStatus.Failed);
        using (var changed = await GetAsync(id.ToString(), "\"1-queued\""))
        {
            Assert.Equal("\"1-failed\"", changed.Headers.ETag?.ToString());
            var identification = await changed.JsonAsync<Identification>();
            Assert.Equal(FailureCodes.CorruptedImage, identification.Error?.Code);
            Assert.NotNull(identification.CompletedAt);
        }

        using var retried = await _server.Client.PostAsync($"{IngestServer.Path}/{id}/retry", null);
        Assert.Equal("\"2-queued\"", retried.Headers.ETag?.ToString());
        using var again = await GetAsync(id.ToString(), "\"1-failed\"");
        Assert.Equal(HttpStatusCode.OK, again.StatusCode);
    }

    [Theory]
    [InlineData("01936b7e-5f2c-7d3a-9c41-2f6f0a9d8e11")]
    [InlineData("whale")]
    [InlineData("01936b7e5f2c7d3a9c412f6f0a9d8e11")]
    [InlineData("..%2f..%2fetc")]
    [InlineData("01936b7e-5f2c-7d3a-9c41-2f6f0a9d8e11?wait=5")]
    public async Task Get_NoSuchId_IsNotFound(string id)
    {
        using var response = await GetAsync(id);
        await response.ProblemAsync(404, ErrorCodes.NotFound);
    }

    [Theory]
    [InlineData("NaN")]
    [InlineData("Infinity")]
    [InlineData("-1")]
    [InlineData("60.1")]
    [InlineData("")]
    [InlineData("long")]
    [InlineData("5&wait=5")]
    public async Task Get_BadWait_IsMalformed(string wait)
    {
        using var response = await GetAsync($"{Guid.CreateVersion7()}?wait={wait}");
        Assert.Contains("wait", await response.ProblemAsync(400, ErrorCodes.MalformedRequest), StringComparison.Ordinal);
    }

    [Fact]
    public async Task List_Pages_HoldEachRowOnceNewestFirst()
    {
        await using var server = await IngestServer.StartAsync();
        for (var i = 0; i < 7; i++)
            await server.PostAsync();

        var seen = new List<Guid>();
        string? cursor = null;
        do
        {
            using var response = await server.Client.GetAsync($"{IngestServer.Path}?limit=3{(cursor is null ? "" : $"&cursor={cursor}")}");
            var page = await response.JsonAsync<Page<Identification>>();
            Assert.InRange(page.Items.Count, 1, 3);
            seen.AddRange(page.Items.Select(i => i.Id));
            cursor = page.NextCursor;
            // What arrives meanwhile does not disturb the parts to come.
            await server.PostAsync();
        }
        while (cursor is not null);

        Assert.Equal(7, seen.Distinct().Count());
        Assert.Equal(seen.OrderByDescending(id => id.ToString(), StringComparer.Ordinal), seen);
    }

    [Fact]
    public async Task List_Filters_Choose()
    {
        await using var server = await IngestServer.StartAsync();
        var queued = await server.PostAsync();
        var corrupted = await server.PostAsync();
        var missing = await server.PostAsync($"?model={IngestServer.OtherModel}");
        await server.CompleteAsync(corrupted.Id, IdentificationStatus.Failed);
        await server.CompleteAsync(missing.Id, IdentificationStatus.Failed, FailureCodes.ImageMissing);

        Assert.Equal([queued.Id], await ListAsync("status=queued"));
        Assert.Equal([missing.Id, corrupted.Id], await ListAsync("status=failed"));
        Assert.Equal([missing.Id], await ListAsync("code=image_missing"));
        Assert.Equal([corrupted.Id, queued.Id], await ListAsync($"model={IngestServer.Model}"));
        Assert.Equal([corrupted.Id], await ListAsync($"status=failed&model={IngestServer.Model}&code=corrupted_image"));
        Assert.Empty(await ListAsync("model=gone_v1"));
        Assert.Empty(await ListAsync($"batchId={Guid.CreateVersion7()}"));

        async Task<IEnumerable<Guid>> ListAsync(string query)
        {
            using var response = await server.Client.GetAsync($"{IngestServer.Path}?{query}");
            return (await response.JsonAsync<Page<Identification>>()).Items.Select(i => i.Id);
        }
    }

    [Theory]
    [InlineData("limit=0")]
    [InlineData("limit=201")]
    [InlineData("limit=-1")]
    [InlineData("limit=NaN")]
    [InlineData("limit=1.5")]
    [InlineData("status=done")]
    [InlineData("status=Failed")]
    [InlineData("model=No Model")]
    [InlineData("batchId=7")]
    [InlineData("code=whatever")]
    [InlineData("cursor=whatever")]
    [InlineData("cursor=")]
    public async Task List_BadParameter_IsNamed(string query)
    {
        using var response = await _server.Client.GetAsync($"{IngestServer.Path}?{query}");
        Assert.Contains(query.Split('=')[0], await response.ProblemAsync(400, ErrorCodes.MalformedRequest), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("GET", "/nothing/here", 404, ErrorCodes.NotFound)]
    [InlineData("PUT", "/v1/identifications", 405, ErrorCodes.MethodNotAllowed)]
    [InlineData("PATCH", "/v1/models", 405, ErrorCodes.MethodNotAllowed)]
    public async Task AnyRequest_NoSuchRoute_IsAProblem(string method, string path, int status, string code)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        using var response = await _server.Client.SendAsync(request);
        await response.ProblemAsync(status, code);
    }

    private async Task<HttpResponseMessage> GetAsync(string idAndQuery, string? ifNoneMatch = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{IngestServer.Path}/{idAndQuery}");
        if (ifNoneMatch is not null)
            request.Headers.TryAddWithoutValidation("If-None-Match", ifNoneMatch);
        return await _server.Client.SendAsync(request);
    }
}
