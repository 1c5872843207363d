using System.Net;
using Whales.Contracts;
using Whales.Ingest.Api.Storage;
using Whales.Ingest.Api.Tests.Hosting;

namespace Whales.Ingest.Api.Tests.Identifications;

public sealed class ChangeTests : IAsyncLifetime
{
    private IngestServer _server = null!;

    public async ValueTask InitializeAsync() => _server = await IngestServer.StartAsync();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task Cancel_Queued_IsCanceledAndWorkersAreTold()
    {
        var id = (await _server.PostAsync()).Id;

        using var response = await PostAsync($"{id}/cancel");

        var identification = await response.JsonAsync<Identification>();
        Assert.Equal(IdentificationStatus.Canceled, identification.Status);
        Assert.NotNull(identification.CompletedAt);
        Assert.Equal([new AttemptId(id, 1)], _server.Broadcast.Sent);
        AssertAudited($"Identification {id} was canceled by 127.0.0.1.");
    }

    [Fact]
    public async Task Cancel_Final_AnswersTheStateItHas()
    {
        var id = (await _server.PostAsync()).Id;
        await _server.CompleteAsync(id, IdentificationStatus.Succeeded);

        using var response = await PostAsync($"{id}/cancel");

        Assert.Equal(IdentificationStatus.Succeeded, (await response.JsonAsync<Identification>()).Status);
        Assert.Empty(_server.Broadcast.Sent);
    }

    [Fact]
    public async Task Cancel_BrokerIsAway_IsCanceledNonetheless()
    {
        _server.Broadcast.Failure = new TimeoutException("No broker.");
        var id = (await _server.PostAsync()).Id;

        using var response = await PostAsync($"{id}/cancel");

        Assert.Equal(IdentificationStatus.Canceled, (await response.JsonAsync<Identification>()).Status);
    }

    [Theory]
    [InlineData(IdentificationStatus.Failed)]
    [InlineData(IdentificationStatus.Canceled)]
    [InlineData(IdentificationStatus.Expired)]
    public async Task Retry_EndedWithoutAnswer_IsQueuedAgain(IdentificationStatus status)
    {
        var id = (await _server.PostAsync()).Id;
        await _server.CompleteAsync(id, status);

        using var response = await PostAsync($"{id}/retry");

        var identification = await response.AcceptedAsync();
        Assert.Equal((IdentificationStatus.Queued, 2), (identification.Status, identification.Attempt));
        Assert.Null(identification.Error);
        Assert.Null(identification.CompletedAt);
        Assert.Equal($"/v1/identifications/{id}", response.Headers.Location?.ToString());
        Assert.Equal(1, _server.Queue.Wakes);
        AssertAudited($"Identification {id} was retried as attempt 2 by 127.0.0.1.");
    }

    [Fact]
    public async Task Retry_QueuedOrSucceeded_IsRefused()
    {
        var id = (await _server.PostAsync()).Id;
        using (var queued = await PostAsync($"{id}/retry"))
            Assert.Contains("queued", await queued.ProblemAsync(409, ErrorCodes.InvalidState), StringComparison.Ordinal);
        await _server.CompleteAsync(id, IdentificationStatus.Succeeded);
        using (var succeeded = await PostAsync($"{id}/retry"))
            Assert.Contains("succeeded", await succeeded.ProblemAsync(409, ErrorCodes.InvalidState), StringComparison.Ordinal);
        Assert.Equal(0, _server.Queue.Wakes);
    }

    [Fact]
    public async Task Delete_One_RemovesRowAndPhoto()
    {
        var id = (await _server.PostAsync()).Id;
        var kept = (await _server.PostAsync()).Id;

        using var response = await _server.Client.DeleteAsync($"{IngestServer.Path}/{id}");

        Assert.Equal(HttpStatusCode.NoContent, response.StatusCode);
        Assert.Equal(kept, Assert.Single(await _server.RowsAsync()).Id);
        Assert.Single(_server.StoredFiles());
        Assert.Equal([new AttemptId(id, 1)], _server.Broadcast.Sent);
        AssertAudited($"Identification {id} was deleted by 127.0.0.1.");
        using var again = await _server.Client.DeleteAsync($"{IngestServer.Path}/{id}");
        await again.ProblemAsync(404, ErrorCodes.NotFound);
    }

    [Theory]
    [InlineData("POST", "/cancel")]
    [InlineData("POST", "/retry")]
    [InlineData("DELETE", "")]
    [InlineData("GET", "/image")]
    public async Task AnyChange_NoSuchId_IsNotFound(string method, string path)
    {
        foreach (var id in new[] { Guid.CreateVersion7().ToString(), "whale" })
        {
            using var request = new HttpRequestMessage(new HttpMethod(method), $"{IngestServer.Path}/{id}{path}");
            using var response = await _server.Client.SendAsync(request);
            await response.ProblemAsync(404, ErrorCodes.NotFound);
        }
    }

    [Fact]
    public async Task RetryMany_Filters_ChooseAmongTheFailed()
    {
        var corrupted = await FailAsync(FailureCodes.CorruptedImage);
        var missing = await FailAsync(FailureCodes.ImageMissing);
        var other = await FailAsync(FailureCodes.ImageMissing, $"?model={IngestServer.OtherModel}");

        using var response = await PostAsync($"retry?model={IngestServer.Model}&code=image_missing");

        Assert.Equal(new ChangedCount { Count = 1, More = false }, await response.JsonAsync<ChangedCount>());
        Assert.Equal(IdentificationStatus.Queued, await StatusAsync(missing));
        Assert.Equal(IdentificationStatus.Failed, await StatusAsync(corrupted));
        Assert.Equal(IdentificationStatus.Failed, await StatusAsync(other));
        Assert.Equal(1, _server.Queue.Wakes);

        using var all = await PostAsync("retry");
        Assert.Equal(2, (await all.JsonAsync<ChangedCount>()).Count);
        AssertAudited($"1 failed identifications (model {IngestServer.Model}, code image_missing) were retried by 127.0.0.1.");
    }

    [Fact]
    public async Task Purge_Failed_RemovesRowsAndPhotos()
    {
        await FailAsync(FailureCodes.CorruptedImage);
        await FailAsync(FailureCodes.CorruptedImage);
        var missing = await FailAsync(FailureCodes.ImageMissing);
        var queued = (await _server.PostAsync()).Id;

        using var response = await _server.Client.DeleteAsync($"{IngestServer.Path}?status=failed&code=corrupted_image");

        Assert.Equal(new ChangedCount { Count = 2, More = false }, await response.JsonAsync<ChangedCount>());
        Assert.Equal([queued, missing], (await _server.RowsAsync()).Select(r => r.Id));
        Assert.Equal(2, _server.StoredFiles().Count);
        AssertAudited("2 failed identifications (model any, code corrupted_image) were purged by 127.0.0.1.");
    }

    [Theory]
    [InlineData("")]
    [InlineData("?status=succeeded")]
    [InlineData("?status=queued")]
    [InlineData("?status=all")]
    [InlineData("?status=failed&code=typo")]
    [InlineData("?status=failed&model=A B")]
    public async Task Purge_TooMuchOrUnclear_RemovesNothing(string query)
    {
        await FailAsync(FailureCodes.CorruptedImage);

        using var response = await _server.Client.DeleteAsync(IngestServer.Path + query);

        await response.ProblemAsync(400, ErrorCodes.MalformedRequest);
        Assert.Single(await _server.RowsAsync());
    }

    private async Task<Guid> FailAsync(string code, string query = "")
    {
        var id = (await _server.PostAsync(query)).Id;
        await _server.CompleteAsync(id, IdentificationStatus.Failed, code);
        return id;
    }

    private async Task<IdentificationStatus> StatusAsync(Guid id) => (await _server.Store.FindAsync(id, CancellationToken.None))!.Status;

    private Task<HttpResponseMessage> PostAsync(string path) => _server.Client.PostAsync($"{IngestServer.Path}/{path}", null);

    private void AssertAudited(string line) => Assert.Contains($"Whales.Audit: {line}", _server.Logs.Lines);
}
