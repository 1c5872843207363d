using System.Net;
using System.Text;
using Amazon.S3;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;
using Whales.Hosting.Images;
using Whales.Testing;

namespace Whales.Hosting.Tests.Images;

/// <summary>The contract on a server that others wrote, and what only a network can do to photos.</summary>
public sealed class S3ImageStoreTests : ImageStoreContract, IClassFixture<S3ServerFixture>, IDisposable
{
    private readonly S3Server _server;
    private readonly S3ImageStore _store;
    private readonly string _prefix = $"{Guid.NewGuid():n}/";

    public S3ImageStoreTests(S3ServerFixture fixture)
    {
        _server = fixture.Server;
        _store = Open();
    }

    private protected override IImageStore Store => _store;

    public void Dispose() => _store.Dispose();

    [Fact]
    public async Task PutAsync_KeyThatIsThere_IsReplaced()
    {
        const string Head = "catalogue/right_whale/head.json";
        await _store.PutAsync(Head, new MemoryStream(Encoding.UTF8.GetBytes("one")), Cancel);
        await _store.PutAsync(Head, new MemoryStream(Encoding.UTF8.GetBytes("another")), Cancel);

        using var read = await _store.ReadAsync(Head, Cancel);

        Assert.Equal("another"u8.ToArray(), read!.Memory.ToArray());
        Assert.Empty(await ListAsync(TimeSpan.FromHours(1)));
    }

    [Fact]
    public async Task WriteAsync_BeforeTheCommit_NobodySeesAnythingOfThePhoto()
    {
        var key = Key();
        await using var upload = await _store.CreateAsync(key, Cancel);
        await upload.WriteAsync(new byte[1000], Cancel);

        Assert.Null(await _store.ReadAsync(key, Cancel));
        await upload.CommitAsync(Cancel);
        using var photo = await _store.ReadAsync(key, Cancel);
        Assert.Equal(1000, photo!.Memory.Length);
    }

    [Fact]
    public async Task ListAsync_MoreThanAPage_GivesAll()
    {
        var keys = await Task.WhenAll(Enumerable.Range(0, 1_020).Select(i => StoredAsync([1], Key(i % 5))));

        Assert.Equal(keys.Order(), (await ListAsync(TimeSpan.FromHours(1))).Order());
    }

    [Fact]
    public async Task AnyMethod_BusyServer_IsTriedAgain()
    {
        await using var faults = await S3Faults.StartAsync(_server);
        faults.Answer = (context, number) => RefuseAsync(context, number % 2 == 1 ? HttpStatusCode.ServiceUnavailable : null);
        using var store = Open(faults.Url);

        var key = Key();
        await using (var upload = await store.CreateAsync(key, Cancel))
        {
            await upload.WriteAsync(new byte[100_000], Cancel);
            await upload.CommitAsync(Cancel);
        }
        using var photo = await store.ReadAsync(key, Cancel);

        Assert.Equal(100_000, photo!.Memory.Length);
        Assert.Equal(4, faults.Requests);
    }

    [Fact]
    public async Task CommitAsync_ServerDoesNotConfirm_FailsAndTheServerHasNothing()
    {
        await using var faults = await S3Faults.StartAsync(_server);
        faults.Answer = (context, _) => RefuseAsync(context, HttpStatusCode.InternalServerError);
        using var store = Open(faults.Url);
        var key = Key();

        await using (var upload = await store.CreateAsync(key, Cancel))
        {
            await upload.WriteAsync(new byte[1000], Cancel);
            await Assert.ThrowsAnyAsync<AmazonS3Exception>(async () => await upload.CommitAsync(Cancel));
        }

        Assert.Equal(3, faults.Requests);
        Assert.Null(await Store.ReadAsync(key, Cancel));
    }

    [Fact]
    public async Task CommitAsync_ServerStoredOtherBytes_IsNotConfirmed()
    {
        await using var faults = await S3Faults.StartAsync(_server);
        faults.Answer = async (context, _) =>
        {
            await context.Request.Body.CopyToAsync(Stream.Null);
            context.Response.Headers.ETag = "\"00000000000000000000000000000000\"";
            return true;
        };
        using var store = Open(faults.Url);

        await using var upload = await store.CreateAsync(Key(), Cancel);
        await upload.WriteAsync(new byte[1000], Cancel);

        await Assert.ThrowsAsync<IOException>(async () => await upload.CommitAsync(Cancel));
    }

    [Fact]
    public async Task ReadAsync_BytesChangedOrCutOffOnTheWay_AreReadAgain()
    {
        var photo = new byte[50_000];
        Random.Shared.NextBytes(photo);
        var key = await StoredAsync(photo);
        await using var faults = await S3Faults.StartAsync(_server);
        faults.Change = (bytes, number) => number switch
        {
            1 => [.. bytes[..100], (byte)(bytes[100] ^ 1), .. bytes[101..]],
            2 => bytes[..40_000],
            _ => bytes,
        };
        using var store = Open(faults.Url);

        using var read = await store.ReadAsync(key, Cancel);

        Assert.Equal(photo, read!.Memory.ToArray());
        Assert.Equal(3, faults.Requests);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task AnyRead_BytesThatStayWrong_FailRatherThanBeGiven(bool hideETag)
    {
        var key = await StoredAsync(new byte[1000]);
        await using var faults = await S3Faults.StartAsync(_server);
        faults.Change = (bytes, _) => [.. bytes[..^1], 1];
        faults.HideETag = hideETag;
        using var store = Open(faults.Url);

        await Assert.ThrowsAnyAsync<Exception>(async () => await store.ReadAsync(key, Cancel));
        await Assert.ThrowsAnyAsync<Exception>(async () => await store.OpenReadAsync(key, Cancel));
    }

    [Theory]
    [InlineData("wrong", S3Server.Bucket)]
    [InlineData(S3Server.Key, "nobodys-bucket")]
    public async Task AnyMethod_WrongKeyOrNoBucket_FailsAtOnceAndIsNoMissingPhoto(string key, string bucket)
    {
        await using var faults = await S3Faults.StartAsync(_server);
        var options = Options(faults.Url);
        (options.AccessKey, options.Bucket) = (key, bucket);
        using var store = new S3ImageStore(options, NullLogger<S3ImageStore>.Instance);

        await Assert.ThrowsAnyAsync<AmazonS3Exception>(async () => await store.CheckAsync(Cancel));
        await Assert.ThrowsAnyAsync<AmazonS3Exception>(async () => await store.ReadAsync(Key(), Cancel));

        Assert.Equal(2, faults.Requests);
    }

    [Fact]
    public async Task Store_ServerKilledAndStartedAgain_HasThePhotos()
    {
        await using var server = await S3Server.StartAsync();
        using var store = Open(server.Url, retries: 0);
        var key = Key();
        await using (var upload = await store.CreateAsync(key, Cancel))
        {
            await upload.WriteAsync("whale"u8.ToArray(), Cancel);
            await upload.CommitAsync(Cancel);
        }

        await server.KillAsync();
        await Assert.ThrowsAnyAsync<Exception>(async () => await store.CheckAsync(Cancel));
        await server.StartAgainAsync();

        await store.CheckAsync(Cancel);
        using var photo = await store.ReadAsync(key, Cancel);
        Assert.Equal("whale"u8.ToArray(), photo!.Memory.ToArray());
    }

    private static async Task<bool> RefuseAsync(HttpContext context, HttpStatusCode? status)
    {
        if (status is null)
            return false;
        await context.Request.Body.CopyToAsync(Stream.Null);
        context.Response.StatusCode = (int)status;
        return true;
    }

    private S3Options Options(Uri? url = null, int retries = 2) => new()
    {
        Endpoint = (url ?? _server.Url).ToString(),
        Bucket = S3Server.Bucket,
        Prefix = _prefix,
        PathStyle = true,
        AccessKey = S3Server.Key,
        SecretKey = S3Server.Key,
        Retries = retries,
    };

    private S3ImageStore Open(Uri? url = null, int retries = 2) => new(Options(url, retries), NullLogger<S3ImageStore>.Instance);
}
