using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;

namespace Whales.Benchmarks;

internal sealed partial class LoadGenerator
{
    /// <summary>One person: a photo, its result, a short pause, the next photo.</summary>
    /// <returns>Milliseconds from POST to result of each.</returns>
    public async Task<IReadOnlyList<double>> AskAsync(string model, TimeSpan time)
    {
        var took = new List<double>();
        var clock = Stopwatch.StartNew();
        while (clock.Elapsed < time)
        {
            var (status, milliseconds) = await PostAsync(model, wait: 60);
            if (status == HttpStatusCode.OK)
                took.Add(milliseconds);
            await Task.Delay(20 + Random.Shared.Next(40));
        }

        return took;
    }

    /// <summary>The id of one photo, posted and finished.</summary>
    public async Task<Guid> FirstAsync(string model)
    {
        var id = (await PostAllAsync(model, 1, 1))[0];
        while (await PlaceAsync(id) is not null)
            await Task.Delay(50);
        return id;
    }

    /// <summary>Posts photos without waiting for results.</summary>
    /// <returns>Their ids, in the order in which they were posted, nearly.</returns>
    public async Task<IReadOnlyList<Guid>> PostAllAsync(string model, int count, int connections)
    {
        var ids = new ConcurrentQueue<Guid>();
        var left = count;
        await Task.WhenAll(Enumerable.Range(0, connections).Select(async _ =>
        {
            while (Interlocked.Decrement(ref left) >= 0)
            {
                using var response = await SendAsync(model);
                using var body = JsonDocument.Parse(await response.Content.ReadAsByteArrayAsync());
                ids.Enqueue(body.RootElement.GetProperty("id").GetGuid());
            }
        }));
        return [.. ids];
    }

    /// <summary>Where a photo stands; null once it is final.</summary>
    public async Task<(int Ahead, double? Eta)?> PlaceAsync(Guid id)
    {
        using var body = JsonDocument.Parse(await _http.GetByteArrayAsync($"v1/identifications/{id}"));
        if (!body.RootElement.TryGetProperty("queue", out var queue))
            return null;
        return (queue.GetProperty("waitingAhead").GetInt32(), queue.TryGetProperty("etaSeconds", out var eta) ? eta.GetDouble() : null);
    }

    /// <summary>Photos at a fixed rate, whatever is answered.</summary>
    /// <returns>How many were accepted, and the milliseconds of each refusal.</returns>
    public async Task<(int Accepted, IReadOnlyList<double> Refused)> FloodAsync(string model, double perSecond, TimeSpan time)
    {
        var accepted = 0;
        var refused = new ConcurrentBag<double>();
        var running = new List<Task>();
        var clock = Stopwatch.StartNew();
        for (var i = 0; clock.Elapsed < time; i++)
        {
            var due = TimeSpan.FromSeconds(i / perSecond);
            if (due > clock.Elapsed)
                await Task.Delay(due - clock.Elapsed);
            running.Add(Task.Run(async () =>
            {
                var started = Stopwatch.GetTimestamp();
                using var response = await SendAsync(model);
                if (response.StatusCode == HttpStatusCode.TooManyRequests)
                    refused.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
                else if (response.StatusCode == HttpStatusCode.Accepted)
                    Interlocked.Increment(ref accepted);
                else
                    throw new InvalidOperationException($"POST answered {(int)response.StatusCode}.");
            }));
        }

        await Task.WhenAll(running);
        return (accepted, [.. refused]);
    }

    /// <summary>Fills the line and posts on, one photo after the other, for as long as it is full.</summary>
    public async Task<IReadOnlyList<double>> RefusedOneByOneAsync(string model, int most)
    {
        var refused = new List<double>();
        for (var i = 0; i < most + 400; i++)
        {
            var started = Stopwatch.GetTimestamp();
            using var response = await SendAsync(model);
            if (response.StatusCode == HttpStatusCode.TooManyRequests)
                refused.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
        }

        return refused;
    }

    private async Task<HttpResponseMessage> SendAsync(string model)
    {
        var photo = _photos[(int)((uint)Interlocked.Increment(ref _next) % _photos.Count)];
        using var request = new HttpRequestMessage(HttpMethod.Post, $"v1/identifications?model={model}") { Content = new ByteArrayContent(photo) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("image/jpeg");
        return await _http.SendAsync(request);
    }
}
