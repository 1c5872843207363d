using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Whales.Testing;

/// <summary>What tests ask of RabbitMQ's management HTTP interface. Counts are up to about a second old there: wait for them.</summary>
public sealed class RabbitMqManagement : IDisposable
{
    private readonly HttpClient _http;
    private readonly string _user;

    internal RabbitMqManagement(Uri server, Uri management)
    {
        var credentials = Uri.UnescapeDataString(server.UserInfo);
        _user = credentials.Split(':')[0];
        _http = new HttpClient { BaseAddress = management, Timeout = TimeSpan.FromSeconds(30) };
        _http.DefaultRequestHeaders.Authorization =
            new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(credentials)));
    }

    /// <summary>The queues of a virtual host.</summary>
    public async Task<IReadOnlyList<RabbitMqQueue>> QueuesAsync(string virtualHost)
        => await _http.GetFromJsonAsync<List<RabbitMqQueue>>($"api/queues/{Escape(virtualHost)}") ?? [];

    /// <summary>One queue; null where there is none of that name.</summary>
    public async Task<RabbitMqQueue?> QueueAsync(string virtualHost, string queue)
    {
        using var answer = await _http.GetAsync(Path(virtualHost, queue));
        if (answer.StatusCode == HttpStatusCode.NotFound)
            return null;
        answer.EnsureSuccessStatusCode();
        return await answer.Content.ReadFromJsonAsync<RabbitMqQueue>();
    }

    public async Task DeleteQueueAsync(string virtualHost, string queue)
        => await SendAsync(HttpMethod.Delete, Path(virtualHost, queue));

    /// <summary>A durable queue without any of the arguments that ours have.</summary>
    public async Task DeclareClassicQueueAsync(string virtualHost, string queue)
        => await SendAsync(HttpMethod.Put, Path(virtualHost, queue), new Dictionary<string, bool> { ["durable"] = true });

    /// <summary>Removes the messages that wait; those that a consumer holds stay.</summary>
    public async Task PurgeQueueAsync(string virtualHost, string queue)
        => await SendAsync(HttpMethod.Delete, Path(virtualHost, queue) + "/contents");

    /// <summary>Closes every connection to a virtual host, as a network that fails would.</summary>
    /// <returns>How many there were.</returns>
    public async Task<int> CloseConnectionsAsync(string virtualHost)
    {
        var connections = await _http.GetFromJsonAsync<List<Connection>>($"api/vhosts/{Escape(virtualHost)}/connections") ?? [];
        foreach (var connection in connections)
        {
            using var answer = await _http.DeleteAsync($"api/connections/{Escape(connection.Name)}");
            if (answer.StatusCode != HttpStatusCode.NotFound)
                answer.EnsureSuccessStatusCode();
        }

        return connections.Count;
    }

    /// <summary>Whether a connection that calls itself <paramref name="name"/> is blocked by an alarm.</summary>
    public async Task<bool> IsBlockedAsync(string name)
        => (await _http.GetFromJsonAsync<List<Connection>>("api/connections") ?? []).Any(c => c.State == "blocked" && c.GivenName == name);

    internal async Task PutVirtualHostAsync(string name)
    {
        await SendAsync(HttpMethod.Put, $"api/vhosts/{Escape(name)}");
        await SendAsync(
            HttpMethod.Put, $"api/permissions/{Escape(name)}/{Escape(_user)}",
            new Dictionary<string, string> { ["configure"] = ".*", ["write"] = ".*", ["read"] = ".*" });
    }

    internal Task DeleteVirtualHostAsync(string name) => SendAsync(HttpMethod.Delete, $"api/vhosts/{Escape(name)}");

    internal async Task<bool> AnswersAsync()
    {
        try
        {
            using var answer = await _http.GetAsync("api/overview");
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    public void Dispose() => _http.Dispose();

    private sealed record Connection(string Name, string? State, [property: JsonPropertyName("user_provided_name")] string? GivenName);

    private static string Path(string virtualHost, string queue) => $"api/queues/{Escape(virtualHost)}/{Escape(queue)}";

    private static string Escape(string part) => Uri.EscapeDataString(part);

    private async Task SendAsync(HttpMethod method, string path, object? body = null)
    {
        using var request = new HttpRequestMessage(method, path);
        request.Content = body is null ? null : JsonContent.Create(body);
        using var answer = await _http.SendAsync(request);
        answer.EnsureSuccessStatusCode();
    }
}

/// <summary>A queue as the management interface shows it. A queue that was just declared has no counts yet: they read 0.</summary>
public sealed record RabbitMqQueue
{
    public required string Name { get; init; }

    /// <summary><c>classic</c> or <c>quorum</c>.</summary>
    public string Type { get; init; } = "classic";

    public bool Durable { get; init; }

    /// <summary>The arguments it was declared with, such as <c>x-delivery-limit</c>.</summary>
    public IReadOnlyDictionary<string, JsonElement> Arguments { get; init; } = new Dictionary<string, JsonElement>();

    /// <summary>Waiting and held by consumers together.</summary>
    public long Messages { get; init; }

    [JsonPropertyName("messages_ready")]
    public long Ready { get; init; }

    /// <summary>Held by consumers: delivered and not acknowledged.</summary>
    [JsonPropertyName("messages_unacknowledged")]
    public long Unacknowledged { get; init; }

    public int Consumers { get; init; }
}
