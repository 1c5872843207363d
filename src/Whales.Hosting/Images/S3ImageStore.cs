using System.Buffers;
using System.Globalization;
using System.Net;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using Amazon;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;
using Microsoft.Extensions.Logging;
using Polly;

namespace Whales.Hosting.Images;

/// <summary>
/// Photos as objects of a bucket. A commit returns when the server has confirmed the object and named its check sum; every object carries
/// the SHA-256 of its bytes, and a read that differs is tried again and then fails. Nothing is left to the server's good memory.
/// </summary>
public sealed class S3ImageStore : IImageStore, IDisposable
{
    private const string HashName = "sha256";
    private const string Photos = "photos/";

    private readonly AmazonS3Client _client;
    private readonly ResiliencePipeline _tries;
    private readonly string _bucket;
    private readonly string _prefix;

    public S3ImageStore(S3Options options, ILogger<S3ImageStore> logger)
    {
        _bucket = options.Bucket!;
        _prefix = options.Prefix ?? "";
        _client = Connect(options);
        _tries = S3Retries.Build(options, logger);
    }

    public ValueTask<IImageUpload> CreateAsync(string key, CancellationToken cancellationToken)
    {
        var path = PathOf(key);
        cancellationToken.ThrowIfCancellationRequested();
        return ValueTask.FromResult<IImageUpload>(new S3ImageUpload((content, token) => SendAsync(path, content, token)));
    }

    /// <summary>Writes an object as a whole, in place of the one that was there.</summary>
    public async ValueTask PutAsync(string key, Stream content, CancellationToken cancellationToken)
    {
        await using var upload = await CreateAsync(key, cancellationToken).ConfigureAwait(false);
        var buffer = ArrayPool<byte>.Shared.Rent(128 * 1024);
        try
        {
            while (await content.ReadAsync(buffer, cancellationToken).ConfigureAwait(false) is > 0 and var read)
                await upload.WriteAsync(buffer.AsMemory(0, read), cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
        await upload.CommitAsync(cancellationToken).ConfigureAwait(false);
    }

    public ValueTask<PhotoBytes?> ReadAsync(string key, CancellationToken cancellationToken) =>
        GetAsync(key, ReadWholeAsync, cancellationToken);

    public ValueTask<Stream?> OpenReadAsync(string key, CancellationToken cancellationToken) =>
        GetAsync(key, SpoolAsync, cancellationToken);

    public ValueTask<bool> DeleteAsync(string key, CancellationToken cancellationToken)
    {
        var path = PathOf(key);
        return _tries.ExecuteAsync(
            async token =>
            {
                try
                {
                    // Deleting is a success whether or not there was one.
                    await _client.GetObjectMetadataAsync(_bucket, path, token).ConfigureAwait(false);
                }
                catch (AmazonS3Exception exception) when (exception.StatusCode == HttpStatusCode.NotFound)
                {
                    return false;
                }
                await _client.DeleteObjectAsync(_bucket, path, token).ConfigureAwait(false);
                return true;
            },
            cancellationToken);
    }

    public async IAsyncEnumerable<string> ListAsync(DateTimeOffset writtenBefore, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var request = new ListObjectsV2Request { BucketName = _bucket, Prefix = _prefix + Photos };
        do
        {
            var page = await _tries.ExecuteAsync(
                async token => await _client.ListObjectsV2Async(request, token).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
            foreach (var found in page.S3Objects ?? [])
            {
                var key = found.Key[_prefix.Length..];
                if (ImageKeys.IsPhoto(key) && found.LastModified?.ToUniversalTime() < writtenBefore.UtcDateTime)
                    yield return key;
            }
            request.ContinuationToken = page.IsTruncated == true ? page.NextContinuationToken : null;
        }
        while (request.ContinuationToken is not null);
    }

    public async ValueTask CheckAsync(CancellationToken cancellationToken) =>
        await _client.ListObjectsV2Async(new ListObjectsV2Request { BucketName = _bucket, Prefix = _prefix + Photos, MaxKeys = 1 }, cancellationToken).ConfigureAwait(false);

    public void Dispose() => _client.Dispose();

    private static AmazonS3Client Connect(S3Options options)
    {
        var config = new AmazonS3Config
        {
            ForcePathStyle = options.PathStyle,
            // Retries are ours, in one place.
            MaxErrorRetry = 0,
            Timeout = options.AttemptTimeout,
            // Check sums are ours too: not every server knows those that the SDK would add.
            RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED,
            ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED,
        };
        if (options.Endpoint is { Length: > 0 } endpoint)
        {
            config.ServiceURL = endpoint;
            config.AuthenticationRegion = options.Region ?? "us-east-1";
        }
        else if (options.Region is { Length: > 0 } region)
        {
            config.RegionEndpoint = RegionEndpoint.GetBySystemName(region);
        }
        return options.AccessKey is { Length: > 0 } id
            ? new AmazonS3Client(new BasicAWSCredentials(id, options.SecretKey), config)
            : new AmazonS3Client(config);
    }

    private string PathOf(string key) => ImageKeys.IsOurs(key)
        ? _prefix + key
        : throw new ArgumentException($"'{key}' is not a key of ours.", nameof(key));

    private ValueTask SendAsync(string path, S3Content content, CancellationToken cancellationToken) => _tries.ExecuteAsync(
        async token =>
        {
            await using var bytes = content.Open();
            var request = new PutObjectRequest
            {
                BucketName = _bucket,
                Key = path,
                InputStream = bytes,
                AutoCloseStream = false,
                ContentType = "application/octet-stream",
                // The whole body is signed, in one piece: servers that check signatures check the bytes with them.
                UseChunkEncoding = false,
                MD5Digest = Convert.ToBase64String(content.Md5),
                ChecksumSHA256 = Convert.ToBase64String(content.Sha256),
            };
            request.Metadata[HashName] = Convert.ToHexStringLower(content.Sha256);
            var answer = await _client.PutObjectAsync(request, token).ConfigureAwait(false);
            if (!Confirms(answer, content))
                throw new IOException($"S3 confirmed other bytes than were sent for {path}.");
        },
        cancellationToken);

    private static bool Confirms(PutObjectResponse answer, S3Content content)
    {
        if (answer.ChecksumSHA256 is { Length: > 0 } sum)
            return sum == Convert.ToBase64String(content.Sha256);
        // The ETag of an object that is encrypted with a key of KMS says nothing of its bytes.
        var etag = answer.ETag?.Trim('"') ?? "";
        var isMd5 = etag.Length == 32 && (answer.ServerSideEncryptionMethod is not { Value.Length: > 0 } method || method == ServerSideEncryptionMethod.AES256);
        return !isMd5 || etag.Equals(Convert.ToHexStringLower(content.Md5), StringComparison.OrdinalIgnoreCase);
    }

    private ValueTask<T?> GetAsync<T>(string key, Func<GetObjectResponse, CancellationToken, ValueTask<T>> read, CancellationToken cancellationToken)
        where T : class
    {
        var path = PathOf(key);
        return _tries.ExecuteAsync(
            async token =>
            {
                try
                {
                    using var answer = await _client.GetObjectAsync(_bucket, path, token).ConfigureAwait(false);
                    return await read(answer, token).ConfigureAwait(false);
                }
                catch (AmazonS3Exception exception) when (exception.ErrorCode == "NoSuchKey")
                {
                    // Only this: a bucket that is missing is no missing photo.
                    return null;
                }
            },
            cancellationToken);
    }

    private static async ValueTask<PhotoBytes> ReadWholeAsync(GetObjectResponse answer, CancellationToken cancellationToken)
    {
        var length = checked((int)answer.ContentLength);
        var buffer = ArrayPool<byte>.Shared.Rent(length);
        try
        {
            await answer.ResponseStream.ReadExactlyAsync(buffer.AsMemory(0, length), cancellationToken).ConfigureAwait(false);
            RequireHash(answer, SHA256.HashData(buffer.AsSpan(0, length)));
            return new PhotoBytes(buffer, length);
        }
        catch
        {
            ArrayPool<byte>.Shared.Return(buffer);
            throw;
        }
    }

    private static async ValueTask<Stream> SpoolAsync(GetObjectResponse answer, CancellationToken cancellationToken)
    {
        var spool = new S3Spool();
        try
        {
            await answer.ResponseStream.CopyToAsync(spool.Stream, cancellationToken).ConfigureAwait(false);
            spool.Stream.Position = 0;
            RequireHash(answer, await SHA256.HashDataAsync(spool.Stream, cancellationToken).ConfigureAwait(false));
            spool.Stream.Position = 0;
            return spool.Stream;
        }
        catch
        {
            spool.Dispose();
            throw;
        }
    }

    // Objects that something else wrote, such as a restore by hand, may have none.
    private static void RequireHash(GetObjectResponse answer, byte[] hash)
    {
        if (answer.Metadata[HashName] is { Length: > 0 } expected && !expected.Equals(Convert.ToHexStringLower(hash), StringComparison.OrdinalIgnoreCase))
            throw new IOException(string.Create(CultureInfo.InvariantCulture, $"S3 gave other bytes than were stored for {answer.Key}."));
    }
}
