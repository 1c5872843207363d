using System.Net;
using System.Net.Sockets;
using System.Text;
using Whales.Contracts;
using Whales.Ingest.Api.Models;
using Whales.Ingest.Api.Tests.Hosting;
using Whales.Testing;

namespace Whales.Ingest.Api.Tests.Waiting;

public sealed class QueueFullTests : IAsyncLifetime
{
    private const int Most = 4;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private IngestServer _server = null!;

    public async ValueTask InitializeAsync() => _server = await IngestServer.StartAsync(new() { ["Ingest:MaxWaiting"] = $"{Most}" });

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task Submit_AsManyWaitAsMay_IsRefusedWithTheTimeUntilThereIsRoom()
    {
        _server.ModelStates.States[IngestServer.Model] = new ModelStatus { State = ModelState.Ready, Workers = 2, SecondsPerPhoto = 15 };
        for (var i = 0; i < Most; i++)
            await _server.PostAsync();

        using var refused = await PostAsync();

        Assert.Contains(IngestServer.Model, await refused.ProblemAsync(429, ErrorCodes.QueueFull), StringComparison.Ordinal);
        // One photo each 7.5 s.
        Assert.Equal(TimeSpan.FromSeconds(8), refused.Headers.RetryAfter?.Delta);
        Assert.Equal(Most, (await _server.RowsAsync()).Count);
        Assert.Equal(Most, _server.StoredFiles().Count);
        var metrics = await _server.Client.GetStringAsync("/metrics");
        Assert.Contains("whales_api_rejected_total{reason=\"queue_full\"} 1", metrics, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Submit_WhenFull_EverythingElseIsAnswered()
    {
        Identification last = null!;
        for (var i = 0; i < Most; i++)
            last = await _server.PostAsync();

        foreach (var path in new[] { "/health/live", "/health/ready", "/metrics", "/v1/models", $"{IngestServer.Path}/{last.Id}" })
        {
            using var answer = await _server.Client.GetAsync(path);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        }

        // Another model has a line of its own.
        using var other = await PostAsync($"?model={IngestServer.OtherModel}");
        await other.AcceptedAsync();
    }

    [Fact]
    public async Task Submit_RoomComesFree_IsAcceptedAgain()
    {
        var first = await _server.PostAsync();
        for (var i = 1; i < Most; i++)
            await _server.PostAsync();
        await _server.CompleteAsync(first.Id, IdentificationStatus.Succeeded);

        await Eventually.UntilAsync(
            async () =>
            {
                using var response = await PostAsync();
                return response.StatusCode == HttpStatusCode.Accepted;
            },
            Patience,
            "there is room");
        using var refused = await PostAsync();
        await refused.ProblemAsync(429, ErrorCodes.QueueFull);
    }

    [Fact]
    public async Task Submit_ManyAtOnce_AcceptsAsManyAsMayWait()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 40).Select(_ => PostAsync()));

        Assert.Equal(Most, answers.Count(answer => answer.StatusCode == HttpStatusCode.Accepted));
        Assert.All(answers, answer => Assert.True(answer.StatusCode is HttpStatusCode.Accepted or HttpStatusCode.TooManyRequests));
        foreach (var answer in answers)
            answer.Dispose();
    }

    [Fact]
    public async Task Submit_RefusedPhotos_TakeNoRoom()
    {
        for (var i = 0; i < 2 * Most; i++)
        {
            using var broken = await _server.Client.PostAsync(IngestServer.Path, TestPhotos.Content(Encoding.UTF8.GetBytes("no photo"), "image/jpeg"));
            await broken.ProblemAsync(415, ErrorCodes.UnsupportedMedia);
        }

        using var good = await PostAsync();
        await good.AcceptedAsync();
    }

    [Fact]
    public async Task Submit_WhenFull_IsRefusedBeforeTheBodyIsSent()
    {
        for (var i = 0; i < Most; i++)
            await _server.PostAsync();
        using var client = new TcpClient();
        await client.ConnectAsync(_server.Address.Host, _server.Address.Port);
        var stream = client.GetStream();

        // Forty megabytes are announced and not one byte of them comes.
        await stream.WriteAsync(Encoding.ASCII.GetBytes(
            $"POST {IngestServer.Path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: image/jpeg\r\nContent-Length: 40000000\r\n\r\n"));
        using var reader = new StreamReader(stream, Encoding.ASCII);

        Assert.StartsWith("HTTP/1.1 429", await reader.ReadLineAsync().WaitAsync(Patience), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Submit_KeyOfAnAcceptedPhotoWhenFull_IsAnsweredAsTheFirstTime()
    {
        using var first = await PostAsync("", "the-first");
        var accepted = await first.AcceptedAsync();
        for (var i = 1; i < Most; i++)
            await _server.PostAsync();

        using var again = await PostAsync("", "the-first");
        Assert.Equal(accepted.Id, (await again.AcceptedAsync()).Id);
        using var refused = await PostAsync("", "another");
        await refused.ProblemAsync(429, ErrorCodes.QueueFull);

        // Its key is free: the client may come back with it.
        await _server.CompleteAsync(accepted.Id, IdentificationStatus.Succeeded);
        await Eventually.UntilAsync(
            async () =>
            {
                using var response = await PostAsync("", "another");
                return response.StatusCode == HttpStatusCode.Accepted;
            },
            Patience,
            "the refused one is accepted");
    }

    private async Task<HttpResponseMessage> PostAsync(string query = "", string? key = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, IngestServer.Path + query) { Content = TestPhotos.Content(TestPhotos.Jpeg()) };
        if (key is not null)
            request.Headers.Add("Idempotency-Key", key);
        return await _server.Client.SendAsync(request);
    }
}
