using System.Net;
using Whales.Contracts;
using Whales.Ingest.Api.Tests.Hosting;
using Whales.Testing.Images;
using TestPhotos = Whales.Ingest.Api.Tests.Hosting.TestPhotos;

namespace Whales.Ingest.Api.Tests.Security;

/// <summary>What browsers are told, and what of a photo is shown to whom.</summary>
public sealed class HeaderTests
{
    [Theory]
    [InlineData("/v1/models")]
    [InlineData("/v1/nothing")]
    [InlineData("/health")]
    [InlineData("/metrics")]
    [InlineData("/docs/index.html")]
    [InlineData("/docs/swagger-ui-bundle.js")]
    public async Task Answer_AnyPath_TellsBrowsersHowLittleTheyMay(string path)
    {
        await using var server = await IngestServer.StartAsync();

        using var response = await server.Client.GetAsync(path);

        string Header(string name) => Assert.Single(response.Headers.GetValues(name));
        Assert.Equal("nosniff", Header("X-Content-Type-Options"));
        Assert.Equal("no-referrer", Header("Referrer-Policy"));
        Assert.Equal("same-origin", Header("Cross-Origin-Resource-Policy"));
        Assert.Equal("same-origin", Header("Cross-Origin-Opener-Policy"));
        Assert.Equal("DENY", Header("X-Frame-Options"));
        Assert.Contains("default-src 'none'", Header("Content-Security-Policy"), StringComparison.Ordinal);
        Assert.Contains("frame-ancestors 'none'", Header("Content-Security-Policy"), StringComparison.Ordinal);
        Assert.False(response.Headers.Contains("Server"));
        Assert.False(response.Headers.Contains("Access-Control-Allow-Origin"));
    }

    [Fact]
    public async Task Image_Position_IsShownToACuratorWhoAsks()
    {
        await using var keyed = await KeyedServer.StartAsync();
        var photo = PhotosWithPosition.Jpeg(TestPhotos.Jpeg());
        var ofCora = await PostAsync(keyed.Cora, photo);
        var ofAlice = await PostAsync(keyed.Alice, photo);

        using var asked = await keyed.Cora.GetAsync($"{IngestServer.Path}/{ofCora}/image?position=true");
        using var notAsked = await keyed.Cora.GetAsync($"{IngestServer.Path}/{ofCora}/image");
        using var noCurator = await keyed.Alice.GetAsync($"{IngestServer.Path}/{ofAlice}/image?position=true");
        using var nonsense = await keyed.Cora.GetAsync($"{IngestServer.Path}/{ofCora}/image?position=yes");

        Assert.Equal(photo, await asked.Content.ReadAsByteArrayAsync());
        Assert.Equal(HttpStatusCode.OK, notAsked.StatusCode);
        Assert.Equal(-1, (await notAsked.Content.ReadAsByteArrayAsync()).AsSpan().IndexOf(PhotosWithPosition.SecretSeconds));
        Assert.NotEqual(asked.Headers.ETag, notAsked.Headers.ETag);
        await noCurator.ProblemAsync(403, ErrorCodes.Forbidden);
        await nonsense.ProblemAsync(400, ErrorCodes.MalformedRequest);
        Assert.Contains(keyed.Server.Logs.Lines, line => line.Contains($"{ofCora} was shown_with_position by cora", StringComparison.Ordinal));
    }

    private static async Task<Guid> PostAsync(HttpClient client, byte[] photo)
    {
        using var response = await client.PostAsync(IngestServer.Path, TestPhotos.Content(photo));
        return (await response.AcceptedAsync()).Id;
    }
}
