using System.Net;
using Whales.Contracts;
using Whales.Hosting.Security;
using Whales.Ingest.Api.Security;
using Whales.Ingest.Api.Tests.Hosting;
using static Whales.Ingest.Api.Tests.Security.KeyedServer;

namespace Whales.Ingest.Api.Tests.Security;

/// <summary>Rows belong to a key: for other keys they are not there, for operators they are.</summary>
public sealed class OwnershipTests
{
    [Theory]
    [InlineData("GET", "")]
    [InlineData("GET", "?wait=60")]
    [InlineData("GET", "/image")]
    [InlineData("POST", "/cancel")]
    [InlineData("POST", "/retry")]
    [InlineData("DELETE", "")]
    public async Task Request_RowOfAnotherKey_IsNotFoundAndUnchanged(string method, string rest)
    {
        await using var keyed = await KeyedServer.StartAsync();
        var id = await AcceptedAsync(keyed.Alice);
        using var request = new HttpRequestMessage(new HttpMethod(method), $"{IngestServer.Path}/{id}{rest}");

        using var response = await keyed.Bob.SendAsync(request);

        // The same words as for an id that nobody has: an answer does not tell which it is.
        Assert.Equal($"There is no identification {id}.", await response.ProblemAsync(404, ErrorCodes.NotFound));
        using var own = await keyed.Alice.GetAsync($"{IngestServer.Path}/{id}");
        Assert.Equal(IdentificationStatus.Queued, (await own.JsonAsync<Identification>()).Status);
    }

    [Fact]
    public async Task Get_WaitForARowOfAnotherKey_IsAnsweredAsSoonAsForAMissingOne()
    {
        await using var keyed = await KeyedServer.StartAsync();
        var id = await AcceptedAsync(keyed.Alice);
        using var bob = keyed.Bob;
        // Far below the wait that was asked for: held requests would tell which ids exist.
        bob.Timeout = TimeSpan.FromSeconds(40);

        using var response = await bob.GetAsync($"{IngestServer.Path}/{id}?wait=60");

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
    }

    [Fact]
    public async Task List_OfAKey_HasItsOwnRowsAndAnOperatorsHasAll()
    {
        await using var keyed = await KeyedServer.StartAsync();
        var ofAlice = new[] { await AcceptedAsync(keyed.Alice), await AcceptedAsync(keyed.Alice) };
        var ofBob = await AcceptedAsync(keyed.Bob);

        Assert.Equal(ofAlice.Order(), (await ListAsync(keyed.Alice)).Order());
        Assert.Equal([ofBob], await ListAsync(keyed.Bob, "?status=queued&limit=1"));
        Assert.Empty(await ListAsync(keyed.Cora));
        Assert.Equal([.. ofAlice.Append(ofBob).Order()], (await ListAsync(keyed.Oscar)).Order());
    }

    [Fact]
    public async Task List_BatchOfAnotherKey_IsEmpty()
    {
        await using var keyed = await KeyedServer.StartAsync();
        await AcceptedAsync(keyed.Alice);
        var row = Assert.Single(await keyed.Server.RowsAsync());
        var batch = Guid.CreateVersion7();
        var inBatch = row with { Id = Guid.CreateVersion7(), BatchId = batch };
        await keyed.Server.Store.InsertAsync([inBatch], TestContext.Current.CancellationToken);

        Assert.Equal([inBatch.Id], await ListAsync(keyed.Alice, $"?batchId={batch}"));
        Assert.Empty(await ListAsync(keyed.Bob, $"?batchId={batch}"));
        Assert.Equal([inBatch.Id], await ListAsync(keyed.Oscar, $"?batchId={batch}"));
    }

    [Fact]
    public async Task Operator_RowOfAnotherKey_IsReadCanceledAndRemovedAndTheLogNamesTheKey()
    {
        await using var keyed = await KeyedServer.StartAsync();
        var id = await AcceptedAsync(keyed.Alice);

        using var image = await keyed.Oscar.GetAsync($"{IngestServer.Path}/{id}/image");
        using var canceled = await keyed.Oscar.PostAsync($"{IngestServer.Path}/{id}/cancel", null);
        using var removed = await keyed.Oscar.DeleteAsync($"{IngestServer.Path}/{id}");

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK, HttpStatusCode.NoContent), (image.StatusCode, canceled.StatusCode, removed.StatusCode));
        Assert.Contains(keyed.Server.Logs.Lines, line => line.Contains($"{id} was canceled by oscar (127.0.0.1).", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Submit_SameIdempotencyKeyOfTwoKeys_AreTwoIdentifications()
    {
        await using var keyed = await KeyedServer.StartAsync();

        var first = await AcceptedAsync(keyed.Alice, "frame-1");
        var ofBob = await AcceptedAsync(keyed.Bob, "frame-1");
        var again = await AcceptedAsync(keyed.Alice, "frame-1");

        Assert.NotEqual(first, ofBob);
        Assert.Equal(first, again);
    }

    [Fact]
    public async Task Key_AddedWithTheSameName_OwnsTheSameRows()
    {
        var (old, oldKey) = ApiKey.Make("survey-7", Scope.Submit);
        var (next, nextKey) = ApiKey.Make("survey-7", Scope.Submit);
        await using var server = await IngestServer.StartAsync(new() { ["ApiKeys:Keys"] = $"{oldKey.Line};{nextKey.Line}" });
        using var before = With(server, old);
        using var after = With(server, next);

        var id = await AcceptedAsync(before);

        Assert.Equal([id], await ListAsync(after));
    }

    [Fact]
    public async Task Rows_FromBeforeThereWereKeys_AreForOperators()
    {
        var folder = Directory.CreateTempSubdirectory("whales-ingest-");
        await using (var server = await IngestServer.StartAsync(folder: folder.FullName))
            await server.PostAsync();
        await using (var keyed = await KeyedServer.StartAsync(folder: folder.FullName))
        {
            Assert.Empty(await ListAsync(keyed.Alice));
            Assert.Single(await ListAsync(keyed.Oscar));
        }
        folder.Delete(recursive: true);
    }

    private static HttpClient With(IngestServer server, string key)
    {
        var client = server.NewClient();
        client.DefaultRequestHeaders.Add("X-Api-Key", key);
        return client;
    }
}
