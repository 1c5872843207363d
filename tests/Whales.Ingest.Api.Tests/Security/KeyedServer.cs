using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Whales.Contracts;
using Whales.Hosting.Security;
using Whales.Ingest.Api.Security;
using Whales.Ingest.Api.Tests.Hosting;

namespace Whales.Ingest.Api.Tests.Security;

/// <summary>A server with keys, and a client for each of them.</summary>
public sealed class KeyedServer : IAsyncDisposable
{
    private readonly Dictionary<string, string> _keys;

    private KeyedServer(IngestServer server, Dictionary<string, string> keys)
    {
        Server = server;
        _keys = keys;
    }

    public IngestServer Server { get; }

    /// <summary>Sends photos.</summary>
    public HttpClient Alice => Client("alice");

    /// <summary>Sends photos too.</summary>
    public HttpClient Bob => Client("bob");

    /// <summary>Sends photos and curates.</summary>
    public HttpClient Cora => Client("cora");

    /// <summary>Operates, and does nothing else.</summary>
    public HttpClient Oscar => Client("oscar");

    public HttpClient Stranger => Server.NewClient();

    public static async Task<KeyedServer> StartAsync(Dictionary<string, string?>? settings = null, Action<WebApplication>? map = null, string? folder = null)
    {
        var keys = new Dictionary<string, string>();
        var lines = new List<string>();
        foreach (var (name, scopes) in new[] { ("alice", Scope.Submit), ("bob", Scope.Submit), ("cora", Scope.Submit | Scope.Curate), ("oscar", Scope.Operate) })
        {
            var (text, key) = ApiKey.Make(name, scopes);
            keys[name] = text;
            lines.Add(key.Line);
        }
        var server = await IngestServer.StartAsync(new(settings ?? []) { ["ApiKeys:Keys"] = string.Join('\n', lines) }, map: map, folder: folder);
        return new KeyedServer(server, keys);
    }

    public string KeyOf(string name) => _keys[name];

    public HttpClient Client(string name) => With(_keys[name]);

    public HttpClient With(string key)
    {
        var client = Server.NewClient();
        client.DefaultRequestHeaders.Add("X-Api-Key", key);
        return client;
    }

    public static Task<HttpResponseMessage> PostAsync(HttpClient client, string? idempotencyKey = null)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, IngestServer.Path) { Content = TestPhotos.Content(TestPhotos.Jpeg()) };
        if (idempotencyKey is not null)
            request.Headers.Add("Idempotency-Key", idempotencyKey);
        return client.SendAsync(request);
    }

    public static async Task<Guid> AcceptedAsync(HttpClient client, string? idempotencyKey = null)
    {
        using var response = await PostAsync(client, idempotencyKey);
        return (await response.AcceptedAsync()).Id;
    }

    public static async Task<IReadOnlyList<Guid>> ListAsync(HttpClient client, string query = "") =>
        [.. (await client.GetFromJsonAsync<Page<Identification>>(IngestServer.Path + query, JsonSerializerOptions.Web))!.Items.Select(item => item.Id)];

    public ValueTask DisposeAsync() => Server.DisposeAsync();
}
