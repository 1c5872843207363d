using System.Net;
using System.Text;
using Whales.Contracts;
using Whales.Ingest.Api.Tests.Hosting;
using static Whales.Ingest.Api.Tests.Security.KeyedServer;

namespace Whales.Ingest.Api.Tests.Security;

/// <summary>How much one key, or one address, may ask for.</summary>
public sealed class LimitTests
{
    // So few a minute that none comes back while a test runs.
    private static Dictionary<string, string?> Few(int burst) => new() { ["Limits:RequestsPerMinute"] = "1", ["Limits:Burst"] = $"{burst}" };

    [Fact]
    public async Task Post_MoreThanTheBurst_IsRateLimitedForThatKeyAlone()
    {
        await using var keyed = await KeyedServer.StartAsync(Few(burst: 2));
        await AcceptedAsync(keyed.Alice);
        await AcceptedAsync(keyed.Alice);

        using var third = await PostAsync(keyed.Alice);

        await third.ProblemAsync(429, ErrorCodes.RateLimited);
        Assert.InRange(third.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 1, 60);
        await AcceptedAsync(keyed.Bob);
    }

    [Fact]
    public async Task Get_OfAState_IsNeverThrottledAndThePhotoIs()
    {
        await using var keyed = await KeyedServer.StartAsync(Few(burst: 1));
        var id = await AcceptedAsync(keyed.Alice);

        foreach (var path in new[] { $"{IngestServer.Path}/{id}", IngestServer.Path, "/v1/models", "/session", "/health", "/health/ready", "/metrics" })
        {
            for (var i = 0; i < 5; i++)
            {
                using var response = await keyed.Alice.GetAsync(path);
                Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            }
        }
        using var image = await keyed.Alice.GetAsync($"{IngestServer.Path}/{id}/image");
        await image.ProblemAsync(429, ErrorCodes.RateLimited);
    }

    [Fact]
    public async Task Request_WithWrongKeys_IsLimitedByAddressWhateverItForwards()
    {
        await using var keyed = await KeyedServer.StartAsync(Few(burst: 3));
        for (var i = 0; i < 3; i++)
        {
            using var guess = await keyed.With($"whales_{i}").GetAsync("/v1/models");
            await guess.ProblemAsync(401, ErrorCodes.Unauthorized);
        }

        using var client = keyed.With("whales_3");
        client.DefaultRequestHeaders.Add("X-Forwarded-For", "203.0.113.9");
        using var next = await client.GetAsync("/v1/models");

        await next.ProblemAsync(429, ErrorCodes.RateLimited);
        // Whoever has a key is another client, also from the same address; health and metrics are for all.
        using var alice = await keyed.Alice.GetAsync("/v1/models");
        using var health = await keyed.Stranger.GetAsync("/health/ready");
        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), (alice.StatusCode, health.StatusCode));
    }

    [Theory]
    [InlineData("Limits:Burst", "1", 429)]
    [InlineData("Limits:PhotosPerDay", "1", 429)]
    [InlineData("ApiKeys:Nothing", "", 401)]
    public async Task Submit_Refused_IsAnsweredBeforeTheBodyIsSent(string setting, string value, int status)
    {
        await using var keyed = await KeyedServer.StartAsync(new() { ["Limits:RequestsPerMinute"] = "1", [setting] = value });
        await AcceptedAsync(keyed.Alice);
        using var wire = await Wire.ConnectAsync(keyed.Server);
        var key = status == 401 ? "" : $"X-Api-Key: {keyed.KeyOf("alice")}\r\n";

        await wire.SendAsync($"POST {IngestServer.Path} HTTP/1.1\r\nHost: localhost\r\n{key}Content-Type: image/jpeg\r\nContent-Length: 40000000\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n");

        var answer = await wire.ReadToEndAsync();
        Assert.StartsWith($"HTTP/1.1 {status}", answer, StringComparison.Ordinal);
        Assert.DoesNotContain("100 Continue", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Quota_UsedUp_RefusesUntilTheNextDayAlsoAfterARestart()
    {
        var folder = Directory.CreateTempSubdirectory("whales-ingest-");
        var settings = new Dictionary<string, string?> { ["Limits:PhotosPerDay"] = "3" };
        await using (var keyed = await KeyedServer.StartAsync(settings, folder: folder.FullName))
        {
            await AcceptedAsync(keyed.Alice);
            await AcceptedAsync(keyed.Alice);
        }
        await using (var keyed = await KeyedServer.StartAsync(settings, folder: folder.FullName))
        {
            var third = await AcceptedAsync(keyed.Alice);
            using var fourth = await PostAsync(keyed.Alice);
            Assert.Contains("3 photos", await fourth.ProblemAsync(429, ErrorCodes.RateLimited), StringComparison.Ordinal);
            Assert.InRange(fourth.Headers.RetryAfter!.Delta!.Value, TimeSpan.FromSeconds(1), TimeSpan.FromDays(1));

            // What was sent counts, also when it is removed; what others send does not.
            using var removed = await keyed.Alice.DeleteAsync($"{IngestServer.Path}/{third}");
            using var fifth = await PostAsync(keyed.Alice);
            await fifth.ProblemAsync(429, ErrorCodes.RateLimited);
            await AcceptedAsync(keyed.Bob);
        }
        folder.Delete(recursive: true);
    }

    [Fact]
    public async Task Quota_RefusedAndReplayedPhotos_DoNotCount()
    {
        await using var keyed = await KeyedServer.StartAsync(new() { ["Limits:PhotosPerDay"] = "2" });
        using var noPhoto = new ByteArrayContent(Encoding.ASCII.GetBytes("no photo"));
        noPhoto.Headers.ContentType = new("image/jpeg");
        using var refused = await keyed.Alice.PostAsync(IngestServer.Path, noPhoto);
        await refused.ProblemAsync(415, ErrorCodes.UnsupportedMedia);

        await AcceptedAsync(keyed.Alice, "frame-1");
        await AcceptedAsync(keyed.Alice, "frame-1");
        await AcceptedAsync(keyed.Alice, "frame-2");

        using var last = await PostAsync(keyed.Alice, "frame-3");
        await last.ProblemAsync(429, ErrorCodes.RateLimited);
    }

    [Fact]
    public async Task Keyless_OnLoopback_NothingIsLimited()
    {
        await using var server = await IngestServer.StartAsync(new(Few(burst: 1)) { ["Limits:PhotosPerDay"] = "1" });

        for (var i = 0; i < 4; i++)
            Assert.Equal(IdentificationStatus.Queued, (await server.PostAsync()).Status);
    }
}
