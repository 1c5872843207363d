using System.Security.Cryptography;
using Microsoft.Extensions.Options;
using Whales.Hosting.Images;
using Whales.Ingest.Api.Errors;

namespace Whales.Ingest.Api.Identifications.Upload;

/// <summary>Takes a photo from a request into the image store, checked and hashed on the way.</summary>
internal sealed class PhotoIntake(IImageStore images, IOptions<IngestOptions> options)
{
    private readonly IngestOptions _options = options.Value;

    /// <summary>Stores the photo under <paramref name="imageKey"/>; durable when this returns. When it throws, nothing is left behind.</summary>
    public async Task<ReceivedPhoto> StoreAsync(HttpRequest request, string imageKey, CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var checks = new PhotoChecks(_options.MaxPhotoPixels);
        IImageUpload? upload = null;
        long bytes = 0;
        try
        {
            var fileName = await PhotoBody.ReadAsync(request, _options.MaxPhotoBytes, TakeAsync, cancellationToken);
            checks.CheckHeader(upload!.LocalPath);
            await GuardAsync(() => upload.CommitAsync(cancellationToken));
            return new ReceivedPhoto(imageKey, Hex(hash), bytes, checks.ContentType!, fileName);
        }
        finally
        {
            if (upload is not null)
                await upload.DisposeAsync();
        }

        async ValueTask TakeAsync(ReadOnlyMemory<byte> part, CancellationToken token)
        {
            checks.See(part.Span);
            hash.AppendData(part.Span);
            bytes += part.Length;
            await GuardAsync(async () =>
            {
                upload ??= await images.CreateAsync(imageKey, token);
                await upload.WriteAsync(part, token);
            });
        }
    }

    /// <summary>Only the photo's SHA-256, for a request that was answered before.</summary>
    public async Task<string> HashAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        await PhotoBody.ReadAsync(request, _options.MaxPhotoBytes, (part, _) =>
        {
            hash.AppendData(part.Span);
            return ValueTask.CompletedTask;
        }, cancellationToken);
        return Hex(hash);
    }

    private static string Hex(IncrementalHash hash)
    {
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        hash.GetHashAndReset(digest);
        return Convert.ToHexStringLower(digest);
    }

    // A function, since a store may throw before it has a task to return; a full disk does.
    private static async ValueTask GuardAsync(Func<ValueTask> operation)
    {
        try
        {
            await operation();
        }
        catch (Exception e) when (IsStoreFailure(e))
        {
            throw StoreFailed(e);
        }
    }

    private static bool IsStoreFailure(Exception e) => e is not (OperationCanceledException or RequestRefusedException);

    private static RequestRefusedException StoreFailed(Exception e) =>
        RequestRefusedException.Unavailable("The photo cannot be stored now: the image store failed or is full. Try again shortly.", e);
}

/// <summary>A photo in the image store.</summary>
/// <param name="ImageKey">Where.</param>
/// <param name="Sha256">Of its bytes, 64 lower-case hexadecimal digits.</param>
/// <param name="Bytes">How many.</param>
/// <param name="ContentType">Told from its bytes.</param>
/// <param name="FileName">The client's name, cleaned.</param>
internal sealed record ReceivedPhoto(string ImageKey, string Sha256, long Bytes, string ContentType, string? FileName);
