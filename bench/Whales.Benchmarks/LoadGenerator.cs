using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;

namespace Whales.Benchmarks;

/// <summary>Posts photos over loopback, bounded in count and time.</summary>
internal sealed partial class LoadGenerator : IDisposable
{
    private readonly HttpClient _http;
    private readonly IReadOnlyList<byte[]> _photos;
    private int _next;
    private int _results;

    public LoadGenerator(Uri api, IReadOnlyList<byte[]> photos)
    {
        _http = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = 512 }) { BaseAddress = api, Timeout = TimeSpan.FromMinutes(2) };
        _photos = photos;
    }

    /// <summary>Posts without waiting for results, <paramref name="connections"/> at a time, for as long as <paramref name="time"/>.</summary>
    /// <returns>Photos accepted a second, and each one's milliseconds.</returns>
    public async Task<(double PerSecond, IReadOnlyList<double> Milliseconds)> IngestAsync(string model, int connections, TimeSpan time)
    {
        var took = new ConcurrentBag<double>();
        var clock = Stopwatch.StartNew();
        await Task.WhenAll(Enumerable.Range(0, connections).Select(async _ =>
        {
            while (clock.Elapsed < time)
                took.Add((await PostAsync(model, wait: 0)).Milliseconds);
        }));
        return (took.Count / clock.Elapsed.TotalSeconds, [.. took]);
    }

    /// <summary>Posts exactly <paramref name="count"/> photos.</summary>
    public async Task FillAsync(string model, int count, int connections)
    {
        var left = count;
        await Task.WhenAll(Enumerable.Range(0, connections).Select(async _ =>
        {
            while (Interlocked.Decrement(ref left) >= 0)
                await PostAsync(model, wait: 0);
        }));
    }

    /// <summary>A closed loop: <paramref name="clients"/> post a photo, wait for its result, and post the next.</summary>
    /// <returns>Results a second after the first fifth of the time, which warms up.</returns>
    public async Task<double> SaturateAsync(string model, int clients, TimeSpan time)
    {
        var warm = time / 5;
        var counted = 0;
        var clock = Stopwatch.StartNew();
        await Task.WhenAll(Enumerable.Range(0, clients).Select(async _ =>
        {
            while (clock.Elapsed < time)
            {
                var (status, _) = await PostAsync(model, wait: 60);
                if (status == HttpStatusCode.OK && clock.Elapsed >= warm && clock.Elapsed < time)
                    Interlocked.Increment(ref counted);
            }
        }));
        return counted / (time - warm).TotalSeconds;
    }

    /// <summary>Results that clients of <see cref="KeepBusyAsync"/> have had.</summary>
    public int Results => Volatile.Read(ref _results);

    /// <summary>A closed loop as <see cref="SaturateAsync"/>, until it is told to stop; then it waits for what is under way.</summary>
    public Task KeepBusyAsync(string model, int clients, CancellationToken stop) => Task.WhenAll(Enumerable.Range(0, clients).Select(async _ =>
    {
        while (!stop.IsCancellationRequested)
        {
            var (status, _) = await PostAsync(model, wait: 60);
            if (status == HttpStatusCode.OK)
                Interlocked.Increment(ref _results);
        }
    }));

    /// <summary>An open loop: photos come at a fixed rate, whatever became of those before.</summary>
    /// <returns>Milliseconds from POST to result of each.</returns>
    public async Task<IReadOnlyList<double>> OfferAsync(string model, double perSecond, TimeSpan time)
    {
        var took = new ConcurrentBag<double>();
        var running = new List<Task>();
        var clock = Stopwatch.StartNew();
        for (var i = 0; clock.Elapsed < time; i++)
        {
            var due = TimeSpan.FromSeconds(i / perSecond);
            if (due > clock.Elapsed)
                await Task.Delay(due - clock.Elapsed);
            running.Add(Task.Run(async () =>
            {
                var (status, milliseconds) = await PostAsync(model, wait: 60);
                if (status == HttpStatusCode.OK)
                    took.Add(milliseconds);
            }));
        }

        await Task.WhenAll(running);
        return [.. took];
    }

    /// <summary>Photos of the model that have no result yet.</summary>
    public async Task<int> WaitingAsync(string model)
    {
        using var models = JsonDocument.Parse(await _http.GetByteArrayAsync("v1/models"));
        var waiting = models.RootElement.EnumerateArray().First(m => m.GetProperty("name").GetString() == model).GetProperty("waiting");
        return waiting.GetProperty("interactive").GetInt32() + waiting.GetProperty("bulk").GetInt32();
    }

    /// <summary>Photos without a result in a <see cref="LeastPipeline"/>.</summary>
    public async Task<int> LeastWaitingAsync() => int.Parse(await _http.GetStringAsync(string.Empty), CultureInfo.InvariantCulture);

    /// <summary>The longest that any photo has waited for its worker is not asked: only whether the model is served.</summary>
    public async Task<bool> IsServedAsync(string model)
    {
        using var models = JsonDocument.Parse(await _http.GetByteArrayAsync("v1/models"));
        return models.RootElement.EnumerateArray().Any(m => m.GetProperty("name").GetString() == model && m.GetProperty("state").GetString() == "ready");
    }

    public void Dispose() => _http.Dispose();

    private async Task<(HttpStatusCode Status, double Milliseconds)> PostAsync(string model, int wait)
    {
        var photo = _photos[(int)((uint)Interlocked.Increment(ref _next) % _photos.Count)];
        using var request = new HttpRequestMessage(HttpMethod.Post, $"v1/identifications?model={model}") { Content = new ByteArrayContent(photo) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("image/jpeg");
        if (wait > 0)
            request.Headers.Add("Prefer", string.Create(CultureInfo.InvariantCulture, $"wait={wait}"));
        var started = Stopwatch.GetTimestamp();
        using var response = await _http.SendAsync(request);
        await response.Content.CopyToAsync(Stream.Null);
        if (response.StatusCode is not (HttpStatusCode.OK or HttpStatusCode.Accepted))
            throw new InvalidOperationException($"POST answered {(int)response.StatusCode}.");
        return (response.StatusCode, Stopwatch.GetElapsedTime(started).TotalMilliseconds);
    }
}
