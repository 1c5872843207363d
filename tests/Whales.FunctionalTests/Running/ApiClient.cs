using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Whales.Contracts;
using Whales.Testing;

namespace Whales.FunctionalTests.Running;

/// <summary>A client that keeps, outside the system, a journal of every id that was answered with 202.</summary>
public sealed class ApiClient(Uri api) : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    private readonly HttpClient _http = new() { BaseAddress = api, Timeout = TimeSpan.FromSeconds(100) };
    private readonly ConcurrentDictionary<Guid, Identification> _journal = new();

    public HttpClient Http => _http;

    /// <summary>Every identification that was accepted, as the 202 described it.</summary>
    public ICollection<Identification> Accepted => _journal.Values;

    /// <summary>Posts a photo and demands 202.</summary>
    public async Task<Identification> SubmitAsync(byte[] photo, string model)
    {
        var (status, accepted, body) = await TrySubmitAsync(photo, model);
        Assert.True(status == HttpStatusCode.Accepted, $"POST answered {(int)status}: {body}");
        return accepted!;
    }

    /// <summary>Posts a photo; the journal notes it when it was accepted, whatever happens to the system around it.</summary>
    public async Task<(HttpStatusCode? Status, Identification? Accepted, string Body)> TrySubmitAsync(byte[] photo, string model)
    {
        using var content = new ByteArrayContent(photo);
        content.Headers.ContentType = new MediaTypeHeaderValue("image/png");
        try
        {
            using var response = await _http.PostAsync(new Uri($"v1/identifications?model={model}", UriKind.Relative), content);
            var body = await response.Content.ReadAsStringAsync();
            if (response.StatusCode != HttpStatusCode.Accepted)
                return (response.StatusCode, null, body);
            var accepted = JsonSerializer.Deserialize<Identification>(body, Json)!;
            Assert.True(_journal.TryAdd(accepted.Id, accepted), "An id was given out twice.");
            return (response.StatusCode, accepted, body);
        }
        catch (HttpRequestException exception)
        {
            return (null, null, exception.Message);
        }
    }

    /// <summary>Posts a photo as it is and waits for its result in the same request.</summary>
    public async Task<Identification> IdentifyAsync(byte[] photo, string model)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri($"v1/identifications?model={model}", UriKind.Relative));
        request.Headers.Add("Prefer", "wait=60");
        request.Content = new ByteArrayContent(photo);
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("image/jpeg");
        using var response = await _http.SendAsync(request);
        return await ReadAsync<Identification>(response, HttpStatusCode.OK);
    }

    public async Task<IReadOnlyList<ModelInfo>> ModelsAsync() =>
        (await _http.GetFromJsonAsync<List<ModelInfo>>(new Uri("v1/models", UriKind.Relative), Json))!;

    /// <summary>POST without a body, such as <c>v1/identifications/ID/cancel</c>.</summary>
    public async Task<Identification> PostAsync(string path)
    {
        using var response = await _http.PostAsync(new Uri(path, UriKind.Relative), null);
        return await ReadAsync<Identification>(response, HttpStatusCode.OK);
    }

    /// <summary>The answer's body, once its status is the one that was expected.</summary>
    public static async Task<T> ReadAsync<T>(HttpResponseMessage response, HttpStatusCode expected)
    {
        var body = await response.Content.ReadAsStringAsync();
        Assert.True(response.StatusCode == expected, $"{(int)response.StatusCode} in place of {(int)expected}: {body}");
        return JsonSerializer.Deserialize<T>(body, Json)!;
    }

    public async Task<Identification> GetAsync(Guid id) =>
        (await _http.GetFromJsonAsync<Identification>(new Uri($"v1/identifications/{id}", UriKind.Relative), Json))!;

    /// <summary>Waits until the identification is final.</summary>
    public Task<Identification> FinishedAsync(Guid id) =>
        Eventually.GetAsync(() => GetAsync(id), i => i.Status != IdentificationStatus.Queued, Patience, $"identification {id} is final");

    /// <summary>Waits until every accepted identification is final, and returns them.</summary>
    public async Task<IReadOnlyList<Identification>> AllFinishedAsync()
    {
        var finished = new List<Identification>();
        foreach (var accepted in Accepted)
            finished.Add(await FinishedAsync(accepted.Id));
        return finished;
    }

    public void Dispose() => _http.Dispose();
}
