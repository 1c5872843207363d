using System.Net;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Whales.Contracts;
using Whales.Ingest.Api.Tests.Hosting;

namespace Whales.Ingest.Api.Tests.Security;

/// <summary>Clients that are slow, or say too much, or try to hide one request in another.</summary>
public sealed class ConnectionTests
{
    private const string Post = "POST /v1/identifications HTTP/1.1\r\nHost: localhost\r\nContent-Type: image/jpeg\r\n";

    [Theory]
    [InlineData("")]
    [InlineData("GET /v1/models HTTP/1.1\r\nHost: localh")]
    public async Task Headers_ThatNeverEnd_AreGivenUp(string beginning)
    {
        await using var server = await IngestServer.StartAsync(new() { ["Connections:HeaderTimeout"] = "00:00:01", ["Connections:KeepAlive"] = "00:00:01" });
        using var wire = await Wire.ConnectAsync(server);
        await wire.SendAsync(beginning);

        // Returns because the server closes.
        var answer = await wire.ReadToEndAsync();

        Assert.True(answer.Length == 0 || answer.StartsWith("HTTP/1.1 408", StringComparison.Ordinal), answer);
    }

    [Fact]
    public async Task Body_SlowerThanTheLeastSpeed_IsGivenUpAndLeavesNothing()
    {
        await using var server = await IngestServer.StartAsync(new() { ["Ingest:MinUploadBytesPerSecond"] = "1000000", ["Connections:SlowGrace"] = "00:00:01.2" });
        using var wire = await Wire.ConnectAsync(server);
        await wire.SendAsync(Post + "Content-Length: 3000000\r\n\r\n");
        await wire.SendAsync(TestPhotos.Jpeg(length: 1000));

        var answer = await wire.ReadToEndAsync();

        Assert.StartsWith("HTTP/1.1 408", answer, StringComparison.Ordinal);
        Assert.Contains(ErrorCodes.RequestTimeout, answer, StringComparison.Ordinal);
        Assert.Empty(server.StoredFiles());
    }

    [Fact]
    public async Task Answer_ReadSlowerThanTheLeastSpeed_IsCutOff()
    {
        var cut = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var server = await IngestServer.StartAsync(
            new() { ["Connections:MinDownloadBytesPerSecond"] = "1000000000", ["Connections:SlowGrace"] = "00:00:01.2" },
            map: app => app.MapGet("/endless", async (HttpContext http) =>
            {
                http.RequestAborted.Register(() => cut.TrySetResult());
                while (!http.RequestAborted.IsCancellationRequested)
                    await http.Response.Body.WriteAsync(new byte[64 * 1024], http.RequestAborted);
            }));
        using var wire = await Wire.ConnectAsync(server);

        // Nothing of the answer is ever read.
        await wire.SendAsync("GET /endless HTTP/1.1\r\nHost: localhost\r\n\r\n");

        await cut.Task.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Headers_TooManyOrTooLong_AreRefused()
    {
        await using var server = await IngestServer.StartAsync();
        var many = string.Concat(Enumerable.Range(0, 65).Select(i => $"X-{i}: y\r\n"));
        foreach (var headers in new[] { many, $"X-Long: {new string('x', 17_000)}\r\n" })
        {
            using var wire = await Wire.ConnectAsync(server);
            await wire.SendAsync($"GET /v1/models HTTP/1.1\r\nHost: localhost\r\n{headers}\r\n");
            Assert.StartsWith("HTTP/1.1 431", await wire.ReadToEndAsync(), StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("Content-Length: 5\r\nContent-Length: 6\r\n", "12345")]
    [InlineData("Content-Length: 5\r\nTransfer-Encoding: identity\r\n", "12345")]
    [InlineData("Transfer-Encoding: gzip\r\n", "0\r\n\r\n")]
    [InlineData("Transfer-Encoding : chunked\r\n", "0\r\n\r\n")]
    [InlineData(" Folded: chunked\r\n", "")]
    [InlineData("X-Nul: a\0b\r\n", "")]
    public async Task Request_WhoseLengthCanBeReadTwoWays_IsRefusedAndTheConnectionClosed(string headers, string body)
    {
        await using var server = await IngestServer.StartAsync();
        using var wire = await Wire.ConnectAsync(server);

        await wire.SendAsync($"{Post}{headers}\r\n{body}GET /openapi/v1.json HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");

        var answer = await wire.ReadToEndAsync();
        Assert.StartsWith("HTTP/1.1 4", answer, StringComparison.Ordinal);
        Assert.DoesNotContain("\"openapi\"", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Request_LengthAndChunksBoth_IsReadAsChunksAndTheConnectionClosed()
    {
        await using var server = await IngestServer.StartAsync();
        using var wire = await Wire.ConnectAsync(server);

        // A proxy that went by the length would take the second request for the body of the first.
        await wire.SendAsync($"{Post}Content-Length: 500\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /openapi/v1.json HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");

        var answer = await wire.ReadToEndAsync();
        Assert.StartsWith("HTTP/1.1 400", answer, StringComparison.Ordinal);
        Assert.DoesNotContain("\"openapi\"", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Body_OfARequestWithoutAPhoto_IsLimited()
    {
        await using var server = await IngestServer.StartAsync(
            new() { ["Connections:MaxBodyBytes"] = "1000" },
            map: app => app.MapPost("/json", (JsonNode body) => body.ToJsonString().Length));
        using var small = await server.Client.PostAsync("/json", Json(500));
        using var large = await server.Client.PostAsync("/json", Json(1500));

        Assert.Equal(HttpStatusCode.OK, small.StatusCode);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, large.StatusCode);

        static StringContent Json(int length) => new($"\"{new string('x', length)}\"", System.Text.Encoding.UTF8, "application/json");
    }

    [Theory]
    [InlineData("/v1/identifications/..%2f..%2f..%2fetc%2fpasswd/image")]
    [InlineData("/v1/identifications/%2e%2e/%2e%2e/etc/passwd")]
    [InlineData("/docs/..%2f..%2f..%2f..%2fetc%2fpasswd")]
    [InlineData("/docs/%2e%2e/%2e%2e/appsettings.json")]
    [InlineData("/v1/identifications/photos%2f20260314%2f0123456789abcdef0123456789abcdef/image")]
    public async Task Path_ThatClimbs_FindsNothing(string path)
    {
        await using var server = await IngestServer.StartAsync();
        using var wire = await Wire.ConnectAsync(server);

        await wire.SendAsync($"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");

        Assert.StartsWith("HTTP/1.1 404", await wire.ReadToEndAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Headers_ThatNameFiles_NameNone()
    {
        await using var server = await IngestServer.StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Post, IngestServer.Path) { Content = TestPhotos.Form(TestPhotos.Jpeg(), "../../../evil.sh") };
        foreach (var (name, value) in new[] { ("Idempotency-Key", "../../evil"), ("X-Original-URL", "/evil"), ("X-File-Name", "/tmp/evil"), ("Slug", "evil") })
            request.Headers.TryAddWithoutValidation(name, value);

        using var response = await server.Client.SendAsync(request);

        var accepted = await response.AcceptedAsync();
        Assert.Equal("evil.sh", accepted.FileName);
        Assert.Equal(accepted.Id.ToString("n"), System.IO.Path.GetFileName(Assert.Single(server.StoredFiles())));
        Assert.DoesNotContain(Directory.GetFiles(server.Folder, "*", SearchOption.AllDirectories), file => file.Contains("evil", StringComparison.Ordinal));
    }
}
