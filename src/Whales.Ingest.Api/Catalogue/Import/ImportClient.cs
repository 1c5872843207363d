using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Serialization;
using Whales.Contracts;

namespace Whales.Ingest.Api.Catalogue.Import;

/// <summary>The API as an importer uses it. What may pass by itself is waited out; what never will is an <see cref="ImportRefusedException"/>.</summary>
internal sealed class ImportClient : IDisposable
{
    private const string Individuals = "v1/individuals";
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(10);

    private readonly HttpClient _http;
    private readonly TimeProvider _clock;

    public ImportClient(Uri url, string? key, TimeProvider clock)
    {
        _clock = clock;
        _http = new HttpClient(new SocketsHttpHandler { UseProxy = !url.IsLoopback }) { BaseAddress = url, Timeout = TimeSpan.FromMinutes(10) };
        if (key is not null)
            _http.DefaultRequestHeaders.Add("X-Api-Key", key);
    }

    /// <summary>Makes the animal, or gives the one that is there the name and species that are known now.</summary>
    public async Task EnsureAsync(ImportedAnimal animal, CancellationToken cancellationToken)
    {
        using var made = await SendAsync(() => Entry(HttpMethod.Post, Individuals, new IndividualEntry { Id = animal.Id, Name = animal.Name, Species = animal.Species }), cancellationToken);
        if (made.StatusCode != HttpStatusCode.Conflict)
        {
            await AcceptAsync(made, cancellationToken);
            return;
        }

        if (animal is { Name: null, Species: null })
            return;
        using var changed = await SendAsync(() => Entry(HttpMethod.Patch, Of(animal.Id), new IndividualEntry { Name = animal.Name, Species = animal.Species }), cancellationToken);
        await AcceptAsync(changed, cancellationToken);
    }

    /// <summary>All photos of the animal.</summary>
    public async Task<IReadOnlyList<IndividualPhoto>> PhotosAsync(string animal, CancellationToken cancellationToken)
    {
        var photos = new List<IndividualPhoto>();
        string? cursor = null;
        do
        {
            var page = await GetAsync<Page<IndividualPhoto>>($"{Of(animal)}/photos?limit=200{(cursor is null ? "" : $"&cursor={cursor}")}", cancellationToken);
            photos.AddRange(page.Items);
            cursor = page.NextCursor;
        }
        while (cursor is not null);
        return photos;
    }

    /// <returns>True when the animal had not these bytes yet.</returns>
    public async Task<bool> UploadAsync(string animal, string file, CancellationToken cancellationToken)
    {
        using var answer = await SendAsync(
            () =>
            {
                var photo = new StreamContent(File.OpenRead(file));
                photo.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
                return new HttpRequestMessage(HttpMethod.Post, new Uri($"{Of(animal)}/photos", UriKind.Relative))
                {
                    Content = new MultipartFormDataContent { { photo, "file", Path.GetFileName(file) } },
                };
            },
            cancellationToken);
        await AcceptAsync(answer, cancellationToken);
        return answer.StatusCode == HttpStatusCode.Created;
    }

    public Task<List<CatalogueInfo>> CatalogueAsync(CancellationToken cancellationToken) => GetAsync<List<CatalogueInfo>>("v1/catalogue", cancellationToken);

    public Task<List<ModelInfo>> ModelsAsync(CancellationToken cancellationToken) => GetAsync<List<ModelInfo>>("v1/models", cancellationToken);

    public void Dispose() => _http.Dispose();

    private static string Of(string animal) => $"{Individuals}/{Uri.EscapeDataString(animal)}";

    private static HttpRequestMessage Entry(HttpMethod method, string path, IndividualEntry entry) =>
        new(method, new Uri(path, UriKind.Relative)) { Content = JsonContent.Create(entry, options: Json) };

    private async Task<T> GetAsync<T>(string path, CancellationToken cancellationToken)
    {
        using var answer = await SendAsync(() => new HttpRequestMessage(HttpMethod.Get, new Uri(path, UriKind.Relative)), cancellationToken);
        await AcceptAsync(answer, cancellationToken);
        return (await answer.Content.ReadFromJsonAsync<T>(Json, cancellationToken))!;
    }

    private async Task<HttpResponseMessage> SendAsync(Func<HttpRequestMessage> make, CancellationToken cancellationToken)
    {
        var started = _clock.GetTimestamp();
        var pause = TimeSpan.FromMilliseconds(250);
        while (true)
        {
            var asked = pause;
            try
            {
                using var request = make();
                var answer = await _http.SendAsync(request, cancellationToken);
                var mayPass = answer.StatusCode is HttpStatusCode.TooManyRequests or HttpStatusCode.RequestTimeout or >= HttpStatusCode.InternalServerError;
                if (!mayPass || _clock.GetElapsedTime(started) > Patience)
                    return answer;
                asked = answer.Headers.RetryAfter?.Delta ?? pause;
                answer.Dispose();
            }
            catch (Exception e) when (
                e is HttpRequestException or TaskCanceledException && !cancellationToken.IsCancellationRequested && _clock.GetElapsedTime(started) < Patience)
            {
                // It may be restarted right now.
            }

            await Task.Delay(asked, _clock, cancellationToken);
            pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
        }
    }

    private static async Task AcceptAsync(HttpResponseMessage answer, CancellationToken cancellationToken)
    {
        if (answer.IsSuccessStatusCode)
            return;
        var text = await answer.Content.ReadAsStringAsync(cancellationToken);
        try
        {
            using var problem = JsonDocument.Parse(text);
            var detail = problem.RootElement.TryGetProperty("detail", out var d) ? d.GetString() : problem.RootElement.GetProperty("title").GetString();
            throw new ImportRefusedException($"{problem.RootElement.GetProperty("code").GetString()}: {detail}", answer.StatusCode);
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new ImportRefusedException($"HTTP {(int)answer.StatusCode}", answer.StatusCode);
        }
    }
}

/// <summary>The API said no, and will again.</summary>
internal sealed class ImportRefusedException(string message, HttpStatusCode status) : Exception(message)
{
    /// <summary>True when nothing else will be accepted either.</summary>
    public bool IsForAll => status is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden || Message.StartsWith(ErrorCodes.NoCatalogue, StringComparison.Ordinal);
}
