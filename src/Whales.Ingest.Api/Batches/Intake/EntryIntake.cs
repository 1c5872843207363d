using System.Buffers;
using System.IO.Compression;
using System.Security.Cryptography;
using Microsoft.Extensions.Options;
using Whales.Contracts;
using Whales.Hosting.Images;
using Whales.Imaging;
using Whales.Ingest.Api.Batches.Zip;
using Whales.Ingest.Api.Errors;
using Whales.Ingest.Api.Identifications;
using Whales.Ingest.Api.Identifications.Upload;
using Whales.Ingest.Api.Storage;

namespace Whales.Ingest.Api.Batches.Intake;

/// <summary>Takes one entry from the spool into the image store: unpacked, counted, hashed and checked on the way.</summary>
internal sealed class EntryIntake(IImageStore images, IOptions<IngestOptions> options) : IDisposable
{
    private const int BufferSize = 128 * 1024;

    private static readonly string[] ArchiveNames = ["ZIP archive", "archive"];

    // Unpacking and hashing use a core; the photos of people on the phone need one too.
    private readonly SemaphoreSlim _cores = new(Math.Max(1, Environment.ProcessorCount / 2));

    /// <summary>What became of an entry: a photo, or the reason against it.</summary>
    public sealed record Outcome(BatchPhoto? Photo, string? Code = null, string? Message = null)
    {
        /// <summary>Of a photo or a duplicate.</summary>
        public string? Sha256 { get; init; } = Photo?.Sha256;
    }

    /// <summary>Stores the photo; durable when this returns. A refused entry leaves nothing.</summary>
    /// <param name="entry">The entry.</param>
    /// <param name="spool">Where it lies.</param>
    /// <param name="id">The photo's id.</param>
    /// <param name="imageKey">Where it goes.</param>
    /// <param name="keep">Asked with the SHA-256 of the photo's bytes before it is made durable; no: it is a duplicate.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <exception cref="RequestRefusedException">The ZIP lies: it is refused whole.</exception>
    public async Task<Outcome> StoreAsync(
        BatchEntry entry, Spool spool, Guid id, string imageKey, Func<string, bool> keep, CancellationToken cancellationToken)
    {
        if (entry.RefusedAtSight(options.Value.MaxPhotoBytes) is var (code, message))
            return new Outcome(null, code, message);
        var target = new Target(images, imageKey, new PhotoChecks(options.Value.MaxPhotoPixels));
        await using (target.ConfigureAwait(false))
        {
            await _cores.WaitAsync(cancellationToken);
            try
            {
                if (await UnpackAsync(entry, spool, target, cancellationToken) is { } refused)
                    return refused;
                target.Checks.CheckHeader(target.Upload!.LocalPath);
            }
            catch (RequestRefusedException e) when (RejectionCodes.All.Contains(e.Code))
            {
                // What a single photo would be refused for.
                return new Outcome(null, e.Code, e.Message);
            }
            finally
            {
                _cores.Release();
            }

            var photo = new BatchPhoto(id, imageKey, target.Checks.ContentType!, entry.Size, target.Sha256(), entry.FileName);
            if (!keep(photo.Sha256))
                return new Outcome(null, RejectionCodes.Duplicate) { Sha256 = photo.Sha256 };
            await target.Upload!.CommitAsync(cancellationToken);
            return new Outcome(photo);
        }
    }

    public void Dispose() => _cores.Dispose();

    private static async Task<Outcome?> UnpackAsync(BatchEntry entry, Spool spool, Target target, CancellationToken cancellationToken)
    {
        await using var bytes = Open(entry, spool);
        var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        var crc = new Crc32();
        try
        {
            long total = 0;
            int read;
            while ((read = bytes.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false)) > 0)
            {
                if (total == 0 && NoPhoto(buffer.AsSpan(0, read)) is { } refused)
                    return refused;
                total += read;
                // Counted as it comes: a bomb that calls itself small goes no further than it said.
                if (total > entry.Size)
                    throw BatchRefusals.Mismatch($"The entry {entry.Name} unpacks to more than the {entry.Size:N0} bytes that its header names.");
                crc.Append(buffer.AsSpan(0, read));
                await target.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
            }

            if (total < entry.Size)
                throw BatchRefusals.Mismatch($"The entry {entry.Name} unpacks to {total:N0} bytes, and its header names {entry.Size:N0}.");
        }
        catch (InvalidDataException)
        {
            return Damaged("The packed bytes of the file are damaged.");
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        return entry.Zip is { } zip && zip.Crc != crc.Value ? Damaged("The file differs from its check sum: it is damaged.") : null;
    }

    private static Stream Open(BatchEntry entry, Spool spool)
    {
        if (entry.Zip is not { } zip)
            return new SpoolSection(spool.Handle, entry.Start, entry.Size);
        var packed = new SpoolSection(spool.Handle, ZipLocalHeader.FindData(spool.Handle, zip), zip.PackedSize);
        return zip.Method == ZipEntry.Stored ? packed : new DeflateStream(packed, CompressionMode.Decompress);
    }

    private static Outcome? NoPhoto(ReadOnlySpan<byte> start)
    {
        var format = ImageFormats.Detect(start[..Math.Min(start.Length, ImageFormats.BytesToDetect)]);
        return ArchiveNames.Contains(format.Name)
            ? new Outcome(null, RejectionCodes.NestedArchive, "The file is an archive itself. Send its photos directly.")
            : null;
    }

    private static Outcome Damaged(string message) => new(null, RejectionCodes.DamagedEntry, message);

    /// <summary>A photo on its way into the image store. Disposed before it is committed, it leaves nothing.</summary>
    private sealed class Target(IImageStore images, string imageKey, PhotoChecks checks) : IAsyncDisposable
    {
        private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

        public IImageUpload? Upload { get; private set; }

        public PhotoChecks Checks => checks;

        public async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
        {
            checks.See(bytes.Span);
            _hash.AppendData(bytes.Span);
            Upload ??= await images.CreateAsync(imageKey, cancellationToken);
            await Upload.WriteAsync(bytes, cancellationToken);
        }

        public string Sha256() => Convert.ToHexStringLower(_hash.GetHashAndReset());

        public async ValueTask DisposeAsync()
        {
            _hash.Dispose();
            if (Upload is not null)
                await Upload.DisposeAsync();
        }
    }
}
