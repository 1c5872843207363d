using System.Net;
using Whales.Contracts;
using Whales.Ingest.Api.Tests.Hosting;

namespace Whales.Ingest.Api.Tests.Identifications;

public sealed class ImageTests(IngestServerFixture fixture) : IClassFixture<IngestServerFixture>
{
    private readonly IngestServer _server = fixture.Server;

    [Fact]
    public async Task Get_Photo_IsShownAndNothingInItRuns()
    {
        var identification = await PostAsync(TestPhotos.Png(8, 8));

        using var response = await _server.Client.GetAsync($"{IngestServer.Path}/{identification.Id}/image");

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("image/png", response.Content.Headers.ContentType?.ToString());
        Assert.Equal("nosniff", Assert.Single(response.Headers.GetValues("X-Content-Type-Options")));
        Assert.Contains("sandbox", Assert.Single(response.Headers.GetValues("Content-Security-Policy")), StringComparison.Ordinal);
        Assert.Equal("inline", response.Content.Headers.ContentDisposition?.DispositionType);
        Assert.Equal($"{identification.Id}.png", response.Content.Headers.ContentDisposition?.FileName);
        Assert.Equal($"\"{identification.Sha256}\"", response.Headers.ETag?.ToString());
        Assert.Equal(TestPhotos.Png(8, 8), await response.Content.ReadAsByteArrayAsync());
    }

    [Fact]
    public async Task Get_KnownPhoto_IsNotModified()
    {
        var identification = await PostAsync(TestPhotos.Jpeg());
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{IngestServer.Path}/{identification.Id}/image");
        request.Headers.TryAddWithoutValidation("If-None-Match", $"\"{identification.Sha256}\"");

        using var response = await _server.Client.SendAsync(request);

        Assert.Equal(HttpStatusCode.NotModified, response.StatusCode);
    }

    [Fact]
    public async Task Get_PhotoIsGone_IsNotFound()
    {
        var identification = await PostAsync(TestPhotos.Jpeg());
        File.Delete(_server.StoredFiles().Single(f => f.Contains(identification.Id.ToString("n"), StringComparison.Ordinal)));

        using var response = await _server.Client.GetAsync($"{IngestServer.Path}/{identification.Id}/image");

        Assert.Contains("no longer stored", await response.ProblemAsync(404, ErrorCodes.NotFound), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Get_PhotoWithExif_DoesNotSayWhereItWasTaken()
    {
        var secret = "N 42 21 W 70 03"u8.ToArray();
        var photo = TestPhotos.Jpeg();
        byte[] exif = [0xFF, 0xE1, 0, (byte)(2 + 6 + secret.Length), .. "Exif\0\0"u8, .. secret];
        byte[] withExif = [.. photo[..2], .. exif, .. photo[2..]];
        var identification = await PostAsync(withExif);

        var shown = await _server.Client.GetByteArrayAsync($"{IngestServer.Path}/{identification.Id}/image");

        Assert.Equal(-1, shown.AsSpan().IndexOf(secret));
        Assert.Equal(photo, shown);
    }

    [Fact]
    public async Task Get_DamagedPhoto_IsAProblemAndShowsNothing()
    {
        // The header is whole, so it was accepted; the blocks after it are not.
        var identification = await PostAsync(TestPhotos.Png(8, 8)[..50]);

        using var response = await _server.Client.GetAsync($"{IngestServer.Path}/{identification.Id}/image");

        await response.ProblemAsync(409, ErrorCodes.InvalidState);
        Assert.Null(response.Headers.ETag);
    }

    private async Task<Identification> PostAsync(byte[] photo)
    {
        using var response = await _server.Client.PostAsync(IngestServer.Path, TestPhotos.Content(photo));
        return await response.AcceptedAsync();
    }
}
