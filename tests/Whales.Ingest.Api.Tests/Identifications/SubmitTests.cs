using System.Net;
using System.Security.Cryptography;
using Whales.Contracts;
using Whales.Ingest.Api.Storage;
using Whales.Ingest.Api.Tests.Hosting;

namespace Whales.Ingest.Api.Tests.Identifications;

public sealed class SubmitTests(IngestServerFixture fixture) : IClassFixture<IngestServerFixture>
{
    private readonly IngestServer _server = fixture.Server;

    [Theory]
    [InlineData(400)]
    [InlineData(131_072)]
    [InlineData(131_073)]
    [InlineData(3_000_000)]
    public async Task Submit_RawBody_IsStoredAsSent(int length)
    {
        var photo = TestPhotos.Jpeg(length: length);

        using var response = await _server.Client.PostAsync(IngestServer.Path, TestPhotos.Content(photo));

        var identification = await response.AcceptedAsync();
        Assert.Equal($"/v1/identifications/{identification.Id}", response.Headers.Location?.ToString());
        Assert.Equal(TimeSpan.FromSeconds(1), response.Headers.RetryAfter?.Delta);
        Assert.Equal("\"1-queued\"", response.Headers.ETag?.ToString());
        Assert.Equal(IdentificationStatus.Queued, identification.Status);
        Assert.Equal(1, identification.Attempt);
        Assert.Equal(7, identification.Id.Version);
        Assert.Equal(IngestServer.Model, identification.Model);
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(photo)), identification.Sha256);
        var row = (await _server.Store.FindAsync(identification.Id, CancellationToken.None))!;
        Assert.Equal(photo.Length, row.ImageBytes);
        Assert.Equal("image/jpeg", row.ContentType);
        Assert.Equal(photo, await File.ReadAllBytesAsync(Assert.Single(_server.StoredFiles(), f => f.Contains(row.Id.ToString("n"), StringComparison.Ordinal))));
    }

    [Theory]
    [InlineData(400)]
    [InlineData(131_072)]
    [InlineData(3_000_000)]
    public async Task Submit_Form_IsStoredAsSent(int length)
    {
        var photo = TestPhotos.Jpeg(length: length);
        using var form = new MultipartFormDataContent
        {
            { new StringContent("a remark"), "comment" },
            { TestPhotos.Content(photo), "file", "whale.jpg" },
            { TestPhotos.Content(TestPhotos.Jpeg(length: 70_000)), "thumbnail", "other.jpg" },
        };

        using var response = await _server.Client.PostAsync(IngestServer.Path, form);

        var identification = await response.AcceptedAsync();
        Assert.Equal("whale.jpg", identification.FileName);
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(photo)), identification.Sha256);
    }

    [Theory]
    [InlineData("application/octet-stream")]
    [InlineData("image/png")]
    [InlineData(null)]
    public async Task Submit_AnyPhotoType_IsDecidedFromTheBytes(string? contentType)
    {
        using var response = await _server.Client.PostAsync(IngestServer.Path, TestPhotos.Content(TestPhotos.Png(8, 8), contentType));

        var row = await _server.Store.FindAsync((await response.AcceptedAsync()).Id, CancellationToken.None);
        Assert.Equal("image/png", row!.ContentType);
    }

    [Theory]
    [InlineData("form-data; name=\"file\"; filename=\"../../secret/whale.jpg\"", "whale.jpg")]
    [InlineData("form-data; name=file; filename=\"C:\\photos\\whale.jpg\"", "whale.jpg")]
    [InlineData("form-data; name=\"file\"; filename=\"plain.jpg\"; filename*=UTF-8''%e9%af%a8%2Fwal%C3%A4.jpg", "wal\u00e4.jpg")]
    [InlineData("form-data; name=\"file\"; filename*=UTF-8''%E2%80%AEgpj.exe", "gpj.exe")]
    [InlineData("form-data; name=\"file\"; filename=\"Wal \u9be8.jpg\"", "Wal \u9be8.jpg")]
    [InlineData("form-data; name=\"file\"; filename=\"say \\\"whale\\\".jpg\"", "say \"whale\".jpg")]
    [InlineData("form-data; name=\"file\"", null)]
    public async Task Submit_FileName_IsCleaned(string disposition, string? expected)
    {
        using var response = await _server.Client.PostAsync(IngestServer.Path, TestPhotos.FormWith(disposition, TestPhotos.Jpeg()));

        Assert.Equal(expected, (await response.AcceptedAsync()).FileName);
    }

    [Fact]
    public async Task Submit_Parameters_AreKept()
    {
        var before = DateTimeOffset.UtcNow;

        var identification = await _server.PostAsync($"?model={IngestServer.OtherModel}&expiresIn=90.5&region=0.1,0.2,0.3,0.4,-30");

        Assert.Equal(IngestServer.OtherModel, identification.Model);
        Assert.Equal(new Region { X = 0.1, Y = 0.2, Width = 0.3, Height = 0.4, Rotation = -30 }, identification.Region);
        Assert.InRange(identification.ExpiresAt!.Value, before.AddSeconds(90), DateTimeOffset.UtcNow.AddSeconds(91));
        Assert.Equal(identification.CreatedAt.AddSeconds(90.5), identification.ExpiresAt);
    }

    [Theory]
    [InlineData("region=0,0,1,1")]
    [InlineData("region=0.25,0.25,0.5,0.5,360")]
    [InlineData("region=0.9,0,0.1,1")]
    [InlineData("expiresIn=0.001")]
    [InlineData("expiresIn=604800")]
    public async Task Submit_ParameterAtItsLimit_IsAccepted(string query)
    {
        using var response = await _server.Client.PostAsync($"{IngestServer.Path}?{query}", TestPhotos.Content(TestPhotos.Jpeg()));
        await response.AcceptedAsync();
    }

    [Fact]
    public async Task Submit_Answer_ComesAfterImageAndRow()
    {
        await using var server = await IngestServer.StartAsync();
        var filesWhenRowIsStored = 0;
        server.Queue.Enqueuing = row => filesWhenRowIsStored = server.StoredFiles().Count(f => f.Contains(row.Id.ToString("n"), StringComparison.Ordinal));

        var identification = await server.PostAsync();

        Assert.Equal(1, filesWhenRowIsStored);
        Assert.Equal(identification.Id, Assert.Single(await server.RowsAsync()).Id);
    }

    [Fact]
    public async Task Submit_PreferWait_AnswersWithTheResult()
    {
        await using var server = await IngestServer.StartAsync();
        server.Queue.Enqueuing = row => _ = Task.Run(async () =>
        {
            while (await server.Store.FindAsync(row.Id, CancellationToken.None) is null)
                await Task.Yield();
            await server.CompleteAsync(row.Id, IdentificationStatus.Succeeded);
        });
        using var request = new HttpRequestMessage(HttpMethod.Post, IngestServer.Path) { Content = TestPhotos.Content(TestPhotos.Jpeg()) };
        request.Headers.Add("Prefer", "wait=30");

        using var response = await server.Client.SendAsync(request);

        var identification = await response.JsonAsync<Identification>();
        Assert.Equal(Decision.Identified, identification.Result?.Decision);
        Assert.Equal("wait=30", Assert.Single(response.Headers.GetValues("Preference-Applied")));
        Assert.Equal("\"1-succeeded\"", response.Headers.ETag?.ToString());
        Assert.NotNull(response.Headers.Location);
    }

    [Fact]
    public async Task Submit_PreferWaitWithoutResult_IsAccepted()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, IngestServer.Path) { Content = TestPhotos.Form(TestPhotos.Jpeg()) };
        request.Headers.Add("Prefer", "wait=1");

        using var response = await _server.Client.SendAsync(request);

        await response.AcceptedAsync();
        Assert.Equal("wait=1", Assert.Single(response.Headers.GetValues("Preference-Applied")));
        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
    }
}
