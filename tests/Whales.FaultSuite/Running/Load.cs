using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Whales.Contracts;
using Whales.Testing.Images;

namespace Whales.FaultSuite.Running;

/// <summary>Clients that post photos of known animals to every API in turn until they are stopped, and note each promise in the journal.</summary>
internal sealed class Load : IAsyncDisposable
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);
    private static readonly (string Animal, byte[] Photo)[] Photos =
    [
        ("red", TestPhotos.Png(Picture.Solid(64, 48, (255, 0, 0)))),
        ("blue", TestPhotos.Png(Picture.Solid(48, 64, (0, 0, 255)))),
        ("green", TestPhotos.Png(Picture.Solid(64, 48, (0, 255, 0)))),
        ("yellow", TestPhotos.Png(Picture.Solid(64, 48, (255, 255, 0)))),
    ];

    private readonly CancellationTokenSource _stop = new();
    private readonly Task[] _clients;
    private readonly IReadOnlyList<HttpClient> _apis;
    private readonly Journal _journal;
    private readonly string _model;

    private Load(IReadOnlyList<HttpClient> apis, Journal journal, string model, int clients, TimeSpan pause)
    {
        (_apis, _journal, _model) = (apis, journal, model);
        _clients = [.. Enumerable.Range(0, clients).Select(number => Task.Run(() => PostAsync(number, pause)))];
    }

    public static Load Start(IReadOnlyList<HttpClient> apis, Journal journal, string model, int clients, TimeSpan pause) => new(apis, journal, model, clients, pause);

    /// <summary>No more photos; returns when those under way have their answers.</summary>
    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_clients);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _stop.Dispose();
    }

    /// <summary>Posts one photo.</summary>
    /// <returns>Its id; null when it was refused or nobody answered.</returns>
    public static async Task<Guid?> PostOneAsync(HttpClient api, Journal journal, string model, int number, CancellationToken cancellationToken)
    {
        var (animal, photo) = Photos[number % Photos.Length];
        using var content = new ByteArrayContent(photo);
        content.Headers.ContentType = new MediaTypeHeaderValue("image/png");
        try
        {
            using var response = await api.PostAsync(new Uri($"v1/identifications?model={model}", UriKind.Relative), content, cancellationToken);
            if (response.StatusCode != HttpStatusCode.Accepted)
            {
                journal.Refuse($"{(int)response.StatusCode}");
                return null;
            }

            var accepted = (await response.Content.ReadFromJsonAsync<Identification>(Json, cancellationToken))!;
            journal.Accept(accepted.Id, animal);
            return accepted.Id;
        }
        catch (Exception exception) when (exception is HttpRequestException or TaskCanceledException or IOException)
        {
            if (!cancellationToken.IsCancellationRequested)
                journal.Refuse("no answer");
            return null;
        }
    }

    private async Task PostAsync(int client, TimeSpan pause)
    {
        for (var number = client; !_stop.IsCancellationRequested; number++)
        {
            // A request that has begun ends: it may hold a promise.
            await PostOneAsync(_apis[number % _apis.Count], _journal, _model, number, CancellationToken.None);
            try
            {
                await Task.Delay(pause, _stop.Token);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }
}
