using System.Net.Http.Headers;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Whales.Contracts;
using Whales.Hosting.Images;
using Whales.Ingest.Api.Tests.Hosting;

namespace Whales.Ingest.Api.Tests.Identifications;

/// <summary>Each bad input has its code and leaves neither file nor row behind.</summary>
public sealed class BadInputTests : IAsyncLifetime
{
    private IngestServer _server = null!;

    public static TheoryData<string, byte[], int, string, string> BadFiles => new()
    {
        { "no bytes", [], 400, ErrorCodes.EmptyFile, "0 bytes" },
        { "text named .jpg", Encoding.UTF8.GetBytes("This is no whale."), 415, ErrorCodes.UnsupportedMedia, "text" },
        { "SVG", Encoding.UTF8.GetBytes("<?xml version=\"1.0\"?><svg xmlns=\"http://www.w3.org/2000/svg\"/>"), 415, ErrorCodes.UnsupportedMedia, "SVG" },
        { "PDF", Encoding.UTF8.GetBytes("%PDF-1.7\n%\u00e2\u00e3"), 415, ErrorCodes.UnsupportedMedia, "PDF" },
        { "HTML", Encoding.UTF8.GetBytes("<!doctype html><script>alert(1)</script>"), 415, ErrorCodes.UnsupportedMedia, "HTML" },
        { "HEIC", TestPhotos.Heic(), 415, ErrorCodes.UnsupportedMedia, "HEIC" },
        { "JPEG that ends in its header", TestPhotos.Jpeg()[..12], 415, ErrorCodes.UnsupportedMedia, "JPEG" },
        { "PNG that ends in its header", TestPhotos.Png(8, 8)[..20], 415, ErrorCodes.UnsupportedMedia, "PNG" },
        { "PNG of 900 million pixels", TestPhotos.Png(30_000, 30_000), 413, ErrorCodes.TooLarge, "30,000 x 30,000" },
        { "JPEG of too many pixels", TestPhotos.Jpeg(20_000, 20_000), 413, ErrorCodes.TooLarge, "pixels" },
        { "GIF of 100 pictures", TestPhotos.Gif(100), 413, ErrorCodes.TooLarge, "100 pictures" },
    };

    public async ValueTask InitializeAsync() => _server = await IngestServer.StartAsync();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Theory]
    [MemberData(nameof(BadFiles), DisableDiscoveryEnumeration = true)]
    public async Task Submit_BadFile_IsRefusedAndLeavesNothing(string what, byte[] file, int status, string code, string named)
    {
        using var raw = await _server.Client.PostAsync(IngestServer.Path, TestPhotos.Content(file));
        using var form = await _server.Client.PostAsync(IngestServer.Path, TestPhotos.Form(file, $"{what}.jpg"));

        Assert.Contains(named, await raw.ProblemAsync(status, code), StringComparison.Ordinal);
        Assert.Contains(named, await form.ProblemAsync(status, code), StringComparison.Ordinal);
        await AssertNothingLeftAsync();
    }

    [Theory]
    [InlineData("model=kraken", 404, ErrorCodes.UnknownModel, "Known models: humpback_v1, minke_v1.")]
    [InlineData("model=", 404, ErrorCodes.UnknownModel, "humpback_v1")]
    [InlineData("model=../../etc", 404, ErrorCodes.UnknownModel, "humpback_v1")]
    [InlineData("model=humpback_v1&model=minke_v1", 404, ErrorCodes.UnknownModel, "humpback_v1")]
    [InlineData("region=NaN,0,1,1", 400, ErrorCodes.MalformedRequest, "number 1")]
    [InlineData("region=0,0,Infinity,1", 400, ErrorCodes.MalformedRequest, "number 3")]
    [InlineData("region=0,0,1", 400, ErrorCodes.MalformedRequest, "four or five")]
    [InlineData("region=", 400, ErrorCodes.MalformedRequest, "four or five")]
    [InlineData("region=0,0,0,1", 400, ErrorCodes.MalformedRequest, "inside the photo")]
    [InlineData("region=0.5,0,0.6,1", 400, ErrorCodes.MalformedRequest, "inside the photo")]
    [InlineData("region=-0.1,0,1,1", 400, ErrorCodes.MalformedRequest, "inside the photo")]
    [InlineData("region=100,100,300,300", 400, ErrorCodes.MalformedRequest, "not pixels")]
    [InlineData("region=0,0,1,1,361", 400, ErrorCodes.MalformedRequest, "rotation")]
    [InlineData("region=0,0,1,1&region=0,0,1,1", 400, ErrorCodes.MalformedRequest, "four or five")]
    [InlineData("expiresIn=0", 400, ErrorCodes.MalformedRequest, "expiresIn")]
    [InlineData("expiresIn=-5", 400, ErrorCodes.MalformedRequest, "expiresIn")]
    [InlineData("expiresIn=NaN", 400, ErrorCodes.MalformedRequest, "expiresIn")]
    [InlineData("expiresIn=Infinity", 400, ErrorCodes.MalformedRequest, "expiresIn")]
    [InlineData("expiresIn=1e300", 400, ErrorCodes.MalformedRequest, "604800")]
    [InlineData("expiresIn=soon", 400, ErrorCodes.MalformedRequest, "expiresIn")]
    public async Task Submit_BadParameter_IsNamed(string query, int status, string code, string named)
    {
        using var response = await _server.Client.PostAsync($"{IngestServer.Path}?{query}", TestPhotos.Content(TestPhotos.Jpeg(length: 2_000_000)));

        Assert.Contains(named, await response.ProblemAsync(status, code), StringComparison.Ordinal);
        await AssertNothingLeftAsync();
    }

    [Theory]
    [InlineData("/v1/identifications", "model", "?model=")]
    [InlineData("/v1/identifications", "expiresIn", "?expiresIn=")]
    [InlineData("/v1/identifications", "region", "?region=")]
    [InlineData("/v1/identifications", "wait", "Prefer")]
    [InlineData("/v1/batches", "model", "?model=")]
    public async Task Submit_ParameterInTheForm_IsRefusedRatherThanPassedOver(string path, string name, string named)
    {
        using var form = TestPhotos.Form(TestPhotos.Jpeg());
        using var value = new StringContent("1");
        form.Add(value, name);

        using var response = await _server.Client.PostAsync(path, form);

        Assert.Contains(named, await response.ProblemAsync(400, ErrorCodes.MalformedRequest), StringComparison.Ordinal);
        await AssertNothingLeftAsync();
    }

    [Theory]
    [InlineData("application/json", 415, ErrorCodes.UnsupportedMedia)]
    [InlineData("application/x-www-form-urlencoded", 415, ErrorCodes.UnsupportedMedia)]
    [InlineData("multipart/form-data", 400, ErrorCodes.MalformedRequest)]
    [InlineData("multipart/mixed; boundary=x", 415, ErrorCodes.UnsupportedMedia)]
    public async Task Submit_BadContentType_IsRefused(string contentType, int status, string code)
    {
        using var response = await _server.Client.PostAsync(IngestServer.Path, TestPhotos.Content(TestPhotos.Jpeg(), contentType));

        Assert.Contains("multipart/form-data", await response.ProblemAsync(status, code), StringComparison.Ordinal);
        await AssertNothingLeftAsync();
    }

    [Theory]
    [InlineData("--limit\r\nContent-Disposition: form-data; name=\"photo\"\r\n\r\nx\r\n--limit--\r\n", "no part named file")]
    [InlineData("--limit--\r\n", "no part named file")]
    [InlineData("--limit\r\nContent-Disposition: form-data; name=\"file\"\r\n\r\nGIF89a", "broken")]
    [InlineData("no form at all", "broken")]
    [InlineData("", "broken")]
    public async Task Submit_BrokenForm_IsMalformed(string body, string named)
    {
        using var response = await _server.Client.PostAsync(
            IngestServer.Path, TestPhotos.Content(Encoding.UTF8.GetBytes(body), "multipart/form-data; boundary=limit"));

        Assert.Contains(named, await response.ProblemAsync(400, ErrorCodes.MalformedRequest), StringComparison.Ordinal);
        await AssertNothingLeftAsync();
    }

    [Fact]
    public async Task Submit_TwoFiles_AreRefused()
    {
        using var form = TestPhotos.Form(TestPhotos.Jpeg(length: 300_000));
        form.Add(TestPhotos.Content(TestPhotos.Jpeg()), "file", "second.jpg");

        using var response = await _server.Client.PostAsync(IngestServer.Path, form);

        Assert.Contains("one photo a request", await response.ProblemAsync(400, ErrorCodes.MalformedRequest), StringComparison.Ordinal);
        await AssertNothingLeftAsync();
    }

    [Theory]
    [InlineData("")]
    [InlineData("tab\there")]
    [InlineData("gr\u00fcn")]
    public async Task Submit_BadIdempotencyKey_IsRefused(string key)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, IngestServer.Path) { Content = TestPhotos.Content(TestPhotos.Jpeg()) };
        request.Headers.TryAddWithoutValidation("Idempotency-Key", key);

        using var client = new HttpClient(new SocketsHttpHandler { RequestHeaderEncodingSelector = (_, _) => Encoding.UTF8 }) { BaseAddress = _server.Address };
        using var response = await client.SendAsync(request);

        await response.ProblemAsync(400, ErrorCodes.MalformedRequest);
        await AssertNothingLeftAsync();
    }

    [Fact]
    public async Task Submit_JobTableFails_IsUnavailableAndLeavesNothing()
    {
        _server.Queue.Failure = new TimeoutException("The disk is slow.");

        using var response = await _server.Client.PostAsync(IngestServer.Path, TestPhotos.Content(TestPhotos.Jpeg()));

        await response.ProblemAsync(503, ErrorCodes.Unavailable);
        Assert.NotNull(response.Headers.RetryAfter);
        await AssertNothingLeftAsync();
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public async Task Submit_ImageStoreFails_IsUnavailable(bool atWrite, bool asForm)
    {
        await using var server = await IngestServer.StartAsync(services: s => s.AddSingleton<IImageStore>(new FullImageStore(atWrite)));

        using var response = await server.Client.PostAsync(
            IngestServer.Path, asForm ? TestPhotos.Form(TestPhotos.Jpeg()) : TestPhotos.Content(TestPhotos.Jpeg()));

        Assert.Contains("full", await response.ProblemAsync(503, ErrorCodes.Unavailable), StringComparison.Ordinal);
        Assert.True(response.Headers.RetryAfter?.Delta > TimeSpan.Zero);
        Assert.Empty(await server.RowsAsync());
    }

    private async Task AssertNothingLeftAsync()
    {
        Assert.Empty(_server.StoredFiles());
        Assert.Empty(await _server.RowsAsync());
    }
}
