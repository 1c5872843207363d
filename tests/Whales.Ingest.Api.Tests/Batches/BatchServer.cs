using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Whales.Contracts;
using Whales.Ingest.Api.Storage;
using Whales.Ingest.Api.Tests.Hosting;
using Whales.Testing;

namespace Whales.Ingest.Api.Tests.Batches;

/// <summary>A server with batches, on SQLite or on a PostgreSQL database of its own.</summary>
internal sealed class BatchServer : IAsyncDisposable
{
    public const string Path = "/v1/batches";
    public const string Sqlite = "sqlite";
    public const string Postgres = "postgresql";

    private readonly PostgresTestDatabase? _database;
    private readonly List<IngestServer> _replicas = [];
    private readonly Dictionary<string, string?> _settings;

    private BatchServer(IngestServer server, PostgresTestDatabase? database, Dictionary<string, string?> settings)
    {
        Server = server;
        _database = database;
        _settings = settings;
    }

    public static TheoryData<string> Databases => [Sqlite, Postgres];

    public IngestServer Server { get; }

    public HttpClient Client => Server.Client;

    public static async Task<BatchServer> StartAsync(
        string database = Sqlite, Dictionary<string, string?>? settings = null, Action<IServiceCollection>? services = null)
    {
        var all = new Dictionary<string, string?> { ["Batches:ProgressInterval"] = "00:00:00.05" };
        foreach (var (key, value) in settings ?? [])
            all[key] = value;
        PostgresTestDatabase? postgres = null;
        if (database == Postgres)
        {
            postgres = await (await PostgresServer.GetAsync()).CreateDatabaseAsync();
            all["ConnectionStrings:Whales"] = postgres.ConnectionString;
        }

        return new BatchServer(await IngestServer.StartAsync(all, services), postgres, all);
    }

    /// <summary>Another API on the same database (PostgreSQL): a replica, or this one after a restart.</summary>
    public async Task<IngestServer> StartReplicaAsync()
    {
        var replica = await IngestServer.StartAsync(_settings);
        _replicas.Add(replica);
        return replica;
    }

    public static HttpRequestMessage Zip(byte[] zip, string query = "", string? key = null)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, Path + query) { Content = TestPhotos.Content(zip, "application/zip") };
        if (key is not null)
            request.Headers.Add("Idempotency-Key", key);
        return request;
    }

    public static MultipartFormDataContent Form(params (string Name, byte[] Data)[] files)
    {
        var form = new MultipartFormDataContent();
        foreach (var (name, data) in files)
            form.Add(TestPhotos.Content(data, "application/octet-stream"), "files", name);
        return form;
    }

    /// <summary>Different photos named p0.jpg, p1.jpg and so on.</summary>
    public static (string, byte[])[] Photos(int count) => [.. Enumerable.Range(0, count).Select(i => ($"p{i}.jpg", TestPhotos.Jpeg(seed: i)))];

    public async Task<Batch> PostAsync(byte[] zip, string query = "", string? key = null)
    {
        using var request = Zip(zip, query, key);
        using var response = await Client.SendAsync(request);
        return await response.JsonAsync<Batch>(HttpStatusCode.Accepted);
    }

    public Task<Batch> PostPhotosAsync(int count, string query = "") => PostAsync(ZipBuilder.Of(Photos(count)), query);

    public async Task<Batch> GetAsync(Guid id, string query = "")
    {
        using var response = await Client.GetAsync($"{Path}/{id}{query}");
        return await response.JsonAsync<Batch>();
    }

    /// <summary>Posts a ZIP that must be refused; returns the detail.</summary>
    public async Task<string> RefusedAsync(byte[] zip, int status, string code)
    {
        using var request = Zip(zip, key: "refused");
        using var response = await Client.SendAsync(request);
        return await response.ProblemAsync(status, code);
    }

    /// <summary>No file, no row, no claim: as if the last request had never been.</summary>
    public async Task AssertNothingIsLeftAsync()
    {
        Assert.Empty(Server.StoredFiles());
        Assert.Empty(await Server.RowsAsync());
        var store = Server.Services.GetRequiredService<BatchStore>();
        Assert.Empty(await store.ListAsync(null, null, 10, CancellationToken.None));
        Assert.Equal(0, await ClaimsAsync());
    }

    /// <summary>Waits until an upload has claimed its idempotency key.</summary>
    public Task ClaimedAsync() =>
        Eventually.UntilAsync(async () => await ClaimsAsync() == 1, TimeSpan.FromSeconds(60), "the upload has claimed its key");

    private async Task<long> ClaimsAsync()
    {
        var database = Server.Services.GetRequiredService<StoreDatabase>();
        return Assert.Single(await database.ReadAsync(
            new Call(new Statement("select count(*) from batch_claims"), _ => { }), fields => fields.Number(), CancellationToken.None));
    }

    /// <summary>The rows of a batch in the order in which they were sent.</summary>
    public async Task<IReadOnlyList<IdentificationRow>> RowsAsync(Guid batch) =>
        [.. (await Server.RowsAsync()).Where(row => row.BatchId == batch).OrderBy(row => row.Id)];

    public async ValueTask DisposeAsync()
    {
        foreach (var replica in _replicas)
            await replica.DisposeAsync();
        await Server.DisposeAsync();
        if (_database is not null)
            await _database.DisposeAsync();
    }
}
