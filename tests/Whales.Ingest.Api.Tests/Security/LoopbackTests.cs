using System.Net;
using Whales.Contracts;
using Whales.Ingest.Api.Security;
using Whales.Ingest.Api.Tests.Hosting;

namespace Whales.Ingest.Api.Tests.Security;

public sealed class LoopbackTests
{
    [Theory]
    [InlineData("localhost", true)]
    [InlineData("LOCALHOST:1234", true)]
    [InlineData("127.0.0.1:8000", true)]
    [InlineData("[::1]:8000", true)]
    [InlineData("whales.example", true)]
    [InlineData("evil.example", false)]
    [InlineData("localhost.evil.example", false)]
    [InlineData("127.0.0.1.evil.example", false)]
    [InlineData("192.168.0.7", false)]
    public async Task Request_Host_MustNameThisMachine(string host, bool allowed)
    {
        await using var server = await IngestServer.StartAsync(new() { ["Ingest:AllowedHosts:0"] = "whales.example" });
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/models") { Headers = { Host = host } };

        using var response = await server.Client.SendAsync(request);

        if (allowed)
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        else
            Assert.Contains("Host", await response.ProblemAsync(403, ErrorCodes.Forbidden), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://localhost:8000", "localhost:8000", true)]
    [InlineData("https://whales.example", "localhost:8000", true)]
    [InlineData("http://localhost:3000", "localhost:8000", false)]
    [InlineData("https://evil.example", "localhost:8000", false)]
    [InlineData("null", "localhost:8000", false)]
    public async Task Request_Origin_MustBeOurs(string origin, string host, bool allowed)
    {
        await using var server = await IngestServer.StartAsync(new() { ["Ingest:AllowedOrigins:0"] = "https://whales.example" });
        using var request = new HttpRequestMessage(HttpMethod.Post, IngestServer.Path)
        {
            Headers = { Host = host },
            Content = TestPhotos.Form(TestPhotos.Jpeg()),
        };
        request.Headers.Add("Origin", origin);

        using var response = await server.Client.SendAsync(request);

        if (allowed)
            await response.AcceptedAsync();
        else
            await response.ProblemAsync(403, ErrorCodes.Forbidden);
        Assert.Equal(allowed ? 1 : 0, (await server.RowsAsync()).Count);
    }

    [Theory]
    [InlineData("http://127.0.0.1:8000", true)]
    [InlineData("http://localhost:8000", true)]
    [InlineData("http://[::1]:8000", true)]
    [InlineData("http://0.0.0.0:8000", false)]
    [InlineData("http://[::]:8000", false)]
    [InlineData("http://*:8000", false)]
    [InlineData("http://192.168.0.7:8000", false)]
    public void ListensOnLoopbackOnly_Address_IsTold(string address, bool loopback) => Assert.Equal(loopback, Loopback.IsAll([address]));
}
