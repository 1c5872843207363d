using System.Buffers;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;
using Whales.Ingest.Api.Errors;

namespace Whales.Ingest.Api.Identifications.Upload;

/// <summary>Finds the photo in a request: the part <c>file</c> of a form, or the body itself.</summary>
internal static class PhotoBody
{
    public const string PartName = "file";

    // One write and one hash for the usual photo; a larger one takes several rounds.
    private const int BufferSize = 128 * 1024;
    private const int MaxBoundaryLength = 200;

    /// <summary>What a form may hold besides the photo: headers, boundaries and parts that we do not know.</summary>
    private const long FormAllowance = 1024 * 1024;

    /// <summary>Refuses, before anything is read, what the headers alone rule out.</summary>
    public static void CheckHeaders(HttpRequest request, long maxPhotoBytes)
    {
        var most = Boundary(request) is null ? maxPhotoBytes : maxPhotoBytes + FormAllowance;
        if (request.ContentLength > most)
            throw TooLarge(maxPhotoBytes);
    }

    /// <summary>Hands the photo's bytes to <paramref name="take"/>: in full buffers, the last one excepted, and at least one byte in all.</summary>
    /// <returns>The file's cleaned name, where the client gave one.</returns>
    public static async Task<string?> ReadAsync(
        HttpRequest request, long maxPhotoBytes, Func<ReadOnlyMemory<byte>, CancellationToken, ValueTask> take, CancellationToken cancellationToken)
    {
        if (Boundary(request) is { } boundary)
            return await ReadFormAsync(request, boundary, maxPhotoBytes, take, cancellationToken);

        await CopyAsync(request.Body, request.ContentLength, maxPhotoBytes, take, cancellationToken);
        return ContentDispositionHeaderValue.TryParse(request.Headers.ContentDisposition.ToString(), out var disposition)
            ? FileNames.From(disposition)
            : null;
    }

    private static async Task<string?> ReadFormAsync(
        HttpRequest request, string boundary, long maxPhotoBytes, Func<ReadOnlyMemory<byte>, CancellationToken, ValueTask> take, CancellationToken cancellationToken)
    {
        await using var limited = new LimitedStream(request.Body, maxPhotoBytes + FormAllowance, () => TooLarge(maxPhotoBytes));
        var reader = new MultipartReader(boundary, limited, bufferSize: 32 * 1024);
        var found = false;
        string? fileName = null;
        try
        {
            while (await reader.ReadNextSectionAsync(cancellationToken) is { } section)
            {
                if (!ContentDispositionHeaderValue.TryParse(section.ContentDisposition, out var disposition))
                    continue;
                var name = HeaderUtilities.RemoveQuotes(disposition.Name).ToString();
                SubmitParameters.RefusePart(name);
                if (name != PartName)
                    continue;
                if (found)
                    throw RequestRefusedException.Malformed("The form has more than one part named file. Send one photo a request.");
                found = true;
                fileName = FileNames.From(disposition);
                await CopyAsync(section.Body, request.ContentLength, maxPhotoBytes, take, cancellationToken);
            }
        }
        catch (Exception e) when (e is InvalidDataException || (e is IOException and not BadHttpRequestException && !cancellationToken.IsCancellationRequested))
        {
            throw RequestRefusedException.Malformed($"The form is broken: {e.Message}");
        }

        return found ? fileName : throw RequestRefusedException.Malformed("The form has no part named file. Send the photo as multipart/form-data, field file.");
    }

    private static async Task CopyAsync(
        Stream photo, long? expected, long maxPhotoBytes, Func<ReadOnlyMemory<byte>, CancellationToken, ValueTask> take, CancellationToken cancellationToken)
    {
        // One byte more than expected, so that the end is seen without another buffer.
        var buffer = ArrayPool<byte>.Shared.Rent((int)Math.Clamp((expected ?? BufferSize) + 1, 4096, BufferSize));
        try
        {
            long total = 0;
            while (true)
            {
                var filled = await FillAsync(photo, buffer, cancellationToken);
                total += filled;
                if (total > maxPhotoBytes)
                    throw TooLarge(maxPhotoBytes);
                if (filled > 0)
                    await take(buffer.AsMemory(0, filled), cancellationToken);
                if (filled < buffer.Length)
                    break;
            }
            if (total == 0)
                throw RequestRefusedException.EmptyFile("The photo has 0 bytes.");
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static async ValueTask<int> FillAsync(Stream stream, byte[] buffer, CancellationToken cancellationToken)
    {
        var filled = 0;
        while (filled < buffer.Length)
        {
            var read = await stream.ReadAsync(buffer.AsMemory(filled), cancellationToken);
            if (read == 0)
                break;
            filled += read;
        }
        return filled;
    }

    /// <summary>The boundary of a form; null when the body is the photo itself.</summary>
    private static string? Boundary(HttpRequest request)
    {
        var text = request.ContentType;
        if (string.IsNullOrEmpty(text))
            return null;
        if (!MediaTypeHeaderValue.TryParse(text, out var type))
            throw RequestRefusedException.Malformed("The Content-Type header cannot be read.");
        if (type.MediaType.Equals("multipart/form-data", StringComparison.OrdinalIgnoreCase))
        {
            var boundary = HeaderUtilities.RemoveQuotes(type.Boundary);
            if (boundary.Length is 0 or > MaxBoundaryLength)
                throw RequestRefusedException.Malformed($"multipart/form-data needs a boundary of 1 to {MaxBoundaryLength} characters in the Content-Type header.");
            return boundary.ToString();
        }
        if (type.Type.Equals("image", StringComparison.OrdinalIgnoreCase) || type.MediaType.Equals("application/octet-stream", StringComparison.OrdinalIgnoreCase))
            return null;
        throw RequestRefusedException.UnsupportedMedia(
            $"A body of type {type.MediaType} is not a photo. Send multipart/form-data with a field file, or the photo itself with an image/* content type.");
    }

    private static RequestRefusedException TooLarge(long maxPhotoBytes) =>
        RequestRefusedException.TooLarge($"A photo may have at most {maxPhotoBytes:N0} bytes.");
}
