using Whales.Contracts;
using Whales.Ingest.Api.Tests.Hosting;
using Whales.Testing;

namespace Whales.Ingest.Api.Tests.Telemetry;

/// <summary>That the endpoint tells the metrics what it did.</summary>
public sealed class SubmitMetricsTests
{
    [Fact]
    public async Task Metrics_PhotoAccepted_CountsItOnceAlsoWhenItIsSentAgain()
    {
        await using var server = await IngestServer.StartAsync();

        for (var i = 0; i < 2; i++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, IngestServer.Path) { Content = TestPhotos.Content(TestPhotos.Jpeg(length: 500)) };
            request.Headers.Add("Idempotency-Key", "one");
            using var response = await server.Client.SendAsync(request, TestContext.Current.CancellationToken);
            response.EnsureSuccessStatusCode();
        }

        var page = await PageAsync(server);
        Assert.Contains("whales_api_requests_total{model=\"other\"} 1\n", page, StringComparison.Ordinal);
        Assert.Contains("whales_upload_bytes_sum 500\n", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Metrics_PhotoRefused_CountsItByCode()
    {
        await using var server = await IngestServer.StartAsync();

        using var text = new ByteArrayContent("no whale"u8.ToArray());
        text.Headers.ContentType = new("image/jpeg");
        using var refused = await server.Client.PostAsync(IngestServer.Path, text, TestContext.Current.CancellationToken);
        await refused.ProblemAsync(415, ErrorCodes.UnsupportedMedia);
        using var stranger = new HttpRequestMessage(HttpMethod.Post, IngestServer.Path)
        {
            Headers = { Host = "evil.example" },
            Content = TestPhotos.Content(TestPhotos.Jpeg()),
        };
        using var forbidden = await server.Client.SendAsync(stranger, TestContext.Current.CancellationToken);
        await forbidden.ProblemAsync(403, ErrorCodes.Forbidden);
        // Not about a photo.
        using var missing = await server.Client.GetAsync($"{IngestServer.Path}/{Guid.CreateVersion7()}", TestContext.Current.CancellationToken);
        await missing.ProblemAsync(404, ErrorCodes.NotFound);

        var page = await PageAsync(server);
        Assert.Contains("whales_api_rejected_total{reason=\"unsupported_media\"} 1\n", page, StringComparison.Ordinal);
        Assert.Contains("whales_api_rejected_total{reason=\"forbidden\"} 1\n", page, StringComparison.Ordinal);
        Assert.DoesNotContain("whales_api_rejected_total{reason=\"other\"}", page, StringComparison.Ordinal);
        Assert.DoesNotContain("whales_upload_bytes_sum 400", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Metrics_RequestsThatWait_AreMarkedByWhat()
    {
        await using var server = await IngestServer.StartAsync();

        using var accepted = await server.Client.PostAsync(IngestServer.Path, TestPhotos.Content(TestPhotos.Jpeg()), TestContext.Current.CancellationToken);
        using var waited = new HttpRequestMessage(HttpMethod.Post, IngestServer.Path) { Content = TestPhotos.Content(TestPhotos.Jpeg()) };
        waited.Headers.Add("Prefer", "wait=1");
        using var answered = await server.Client.SendAsync(waited, TestContext.Current.CancellationToken);
        using var read = await server.Client.GetAsync(accepted.Headers.Location, TestContext.Current.CancellationToken);
        using var polled = await server.Client.GetAsync(new Uri(accepted.Headers.Location + "?wait=0.01", UriKind.Relative), TestContext.Current.CancellationToken);

        // A request is measured after its answer has left.
        var page = await Eventually.GetAsync(() => PageAsync(server), text => Count(text) == 4, TimeSpan.FromSeconds(30), "four requests are measured");
        Assert.Equal(1, Count(page, "POST", "waits_for=\"upload\""));
        Assert.Equal(1, Count(page, "POST", "waits_for=\"result\""));
        Assert.Equal(1, Count(page, "GET", "waits_for=\"result\""));
        Assert.Equal(3, Count(page, "waits_for="));

        static int Count(string page, params string[] words) => page.Split('\n')
            .Where(line => line.StartsWith("http_server_request_duration_seconds_count{", StringComparison.Ordinal) && words.All(word => line.Contains(word, StringComparison.Ordinal)))
            .Sum(line => int.Parse(line.AsSpan(line.LastIndexOf(' ') + 1), System.Globalization.CultureInfo.InvariantCulture));
    }

    private static Task<string> PageAsync(IngestServer server) => server.Client.GetStringAsync("/metrics", TestContext.Current.CancellationToken);
}
