using System.Buffers;
using System.Security.Cryptography;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;
using Whales.Ingest.Api.Errors;
using Whales.Ingest.Api.Identifications;
using Whales.Ingest.Api.Identifications.Upload;

namespace Whales.Ingest.Api.Batches.Intake;

/// <summary>Reads the files of a request into the spool: the parts <c>files</c> of a form, or a ZIP as the body itself.</summary>
internal sealed class BatchBody(IOptions<BatchOptions> options, IOptions<IngestOptions> ingest)
{
    private const int BufferSize = 128 * 1024;
    private const int MaxBoundaryLength = 200;

    /// <summary>What each part of a form may have besides its file.</summary>
    private const long PartAllowance = 16 * 1024;

    private static readonly string[] PartNames = ["files", "file", "files[]"];

    private static readonly string[] ZipTypes =
        ["application/zip", "application/x-zip-compressed", "application/x-zip", "application/octet-stream"];

    private readonly BatchOptions _options = options.Value;

    /// <summary>Refuses, before anything is read, what the headers alone rule out.</summary>
    public void CheckHeaders(HttpRequest request)
    {
        if (request.ContentLength > MostBytes(Boundary(request)))
            throw BatchRefusals.TooLarge(_options.MaxBytes);
    }

    /// <summary>Reads the request to its end.</summary>
    /// <param name="request">The request.</param>
    /// <param name="spool">Where the files go; null to read them for their digest only.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public async Task<ReceivedFiles> ReadAsync(HttpRequest request, Spool? spool, CancellationToken cancellationToken)
    {
        using var received = new ReceivedFiles.Builder(spool, ingest.Value.MaxPhotoBytes);
        var boundary = Boundary(request);
        await using var body = new LimitedStream(request.Body, MostBytes(boundary), () => BatchRefusals.TooLarge(_options.MaxBytes));
        if (boundary is null)
        {
            var name = ContentDispositionHeaderValue.TryParse(request.Headers.ContentDisposition.ToString(), out var disposition)
                ? FileNames.From(disposition)
                : null;
            await CopyAsync(body, name, isBody: true, received, cancellationToken);
        }
        else
        {
            await ReadFormAsync(body, boundary, received, cancellationToken);
        }

        return received.Build();
    }

    private async Task ReadFormAsync(LimitedStream body, string boundary, ReceivedFiles.Builder received, CancellationToken cancellationToken)
    {
        var reader = new MultipartReader(boundary, body, bufferSize: 32 * 1024);
        try
        {
            while (await reader.ReadNextSectionAsync(cancellationToken) is { } section)
            {
                if (!ContentDispositionHeaderValue.TryParse(section.ContentDisposition, out var disposition))
                    continue;
                var part = HeaderUtilities.RemoveQuotes(disposition.Name).ToString();
                SubmitParameters.RefusePart(part);
                if (!PartNames.Contains(part, StringComparer.Ordinal))
                    continue;
                if (received.Count == _options.MaxFiles)
                    throw BatchRefusals.TooManyFiles(_options.MaxFiles);
                await CopyAsync(section.Body, FileNames.From(disposition), isBody: false, received, cancellationToken);
            }
        }
        catch (Exception e) when (e is InvalidDataException || (e is IOException and not BadHttpRequestException && !cancellationToken.IsCancellationRequested))
        {
            throw RequestRefusedException.Malformed($"The form is broken: {e.Message}");
        }

        if (received.Count == 0)
            throw RequestRefusedException.Malformed("The form has no part named files. Send photos, or a ZIP of photos, as multipart/form-data, field files.");
    }

    private static async Task CopyAsync(Stream file, string? name, bool isBody, ReceivedFiles.Builder received, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            received.Begin(name, isBody);
            int read;
            // In full buffers, so that the first one shows what the file is.
            while ((read = await file.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken)) > 0)
                received.Append(buffer.AsSpan(0, read));
            received.End();
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private long MostBytes(string? boundary) => boundary is null ? _options.MaxBytes : _options.MaxBytes + (_options.MaxFiles * PartAllowance);

    /// <summary>The boundary of a form; null when the body is a ZIP.</summary>
    private static string? Boundary(HttpRequest request)
    {
        if (!MediaTypeHeaderValue.TryParse(request.ContentType, out var type))
            throw RequestRefusedException.Malformed("The Content-Type header is missing or cannot be read. Send application/zip, or multipart/form-data with fields named files.");
        if (type.MediaType.Equals("multipart/form-data", StringComparison.OrdinalIgnoreCase))
        {
            var boundary = HeaderUtilities.RemoveQuotes(type.Boundary);
            if (boundary.Length is 0 or > MaxBoundaryLength)
                throw RequestRefusedException.Malformed($"multipart/form-data needs a boundary of 1 to {MaxBoundaryLength} characters in the Content-Type header.");
            return boundary.ToString();
        }

        return ZipTypes.Contains(type.MediaType.ToString(), StringComparer.OrdinalIgnoreCase)
            ? null
            : throw RequestRefusedException.UnsupportedMedia(
                $"A body of type {type.MediaType} is not a batch. Send a ZIP as application/zip, or multipart/form-data with fields named files; a single photo goes to {IdentificationEndpoints.Path}.");
    }
}
