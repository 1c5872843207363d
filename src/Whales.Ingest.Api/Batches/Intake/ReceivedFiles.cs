using System.Security.Cryptography;
using Whales.Ingest.Api.Errors;

namespace Whales.Ingest.Api.Batches.Intake;

/// <summary>The files of a request, in the order in which they came.</summary>
/// <param name="Files">Where they lie in the spool.</param>
/// <param name="Sha256">Names all their bytes: the same however the request was cut into parts on its way.</param>
internal sealed record ReceivedFiles(IReadOnlyList<ReceivedFile> Files, string Sha256)
{
    /// <summary>The name of the ZIP, when it came alone.</summary>
    public string? ArchiveName => Files is [{ IsZip: true } only] ? only.Name : null;

    public sealed class Builder(Spool? spool, long maxPhotoBytes) : IDisposable
    {
        private readonly List<ReceivedFile> _files = [];
        private readonly IncrementalHash _all = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        private readonly IncrementalHash _one = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        private string? _name;
        private bool _isBody;
        private bool _isZip;
        private long _start;
        private long _length;

        public int Count => _files.Count;

        public void Begin(string? name, bool isBody)
        {
            _name = name;
            _isBody = isBody;
            _isZip = false;
            _start = spool?.Length ?? 0;
            _length = 0;
        }

        /// <param name="bytes">The first call of a file has its first kilobytes, or all of it.</param>
        public void Append(ReadOnlySpan<byte> bytes)
        {
            if (_length == 0)
                _isZip = StartsLikeZip(bytes);
            if (_isBody && !_isZip)
                throw BatchRefusals.Malformed("The body is no ZIP: it does not begin like one.");
            _one.AppendData(bytes);
            // Of a photo that is too large nothing more is needed than that it is.
            if (_isZip || _length <= maxPhotoBytes)
                spool?.Write(bytes);
            _length += bytes.Length;
        }

        public void End()
        {
            if (_isBody && _length == 0)
                throw RequestRefusedException.EmptyFile("The body has 0 bytes.");
            _files.Add(new ReceivedFile(_name, _start, _length, _isZip));
            Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
            _one.GetHashAndReset(digest);
            _all.AppendData(digest);
        }

        public ReceivedFiles Build() => new(_files, Convert.ToHexStringLower(_all.GetHashAndReset()));

        public void Dispose()
        {
            _all.Dispose();
            _one.Dispose();
        }

        // An entry, or one of the two ends that an empty ZIP consists of.
        private static bool StartsLikeZip(ReadOnlySpan<byte> bytes) =>
            bytes.StartsWith("PK\x03\x04"u8) || bytes.StartsWith("PK\x05\x06"u8) || bytes.StartsWith("PK\x06\x06"u8);
    }
}

/// <summary>One file of a request.</summary>
/// <param name="Name">The client's name, cleaned.</param>
/// <param name="Start">Where it begins in the spool.</param>
/// <param name="Length">In bytes; of a photo that is too large not all are in the spool.</param>
/// <param name="IsZip">By its first bytes.</param>
internal sealed record ReceivedFile(string? Name, long Start, long Length, bool IsZip);
