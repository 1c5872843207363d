using System.Security.Cryptography;

namespace Whales.Hosting.Images;

/// <summary>A photo on its way to S3: gathered in a temporary file, hashed meanwhile, sent as one object when it is committed. Readers see it whole or not at all.</summary>
internal sealed class S3ImageUpload(Func<S3Content, CancellationToken, ValueTask> send) : IImageUpload
{
    private readonly S3Spool _spool = new();
    private readonly IncrementalHash _sha256 = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly IncrementalHash _md5 = IncrementalHash.CreateHash(HashAlgorithmName.MD5);

    public string LocalPath => _spool.LocalPath;

    public ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        _spool.Stream.Write(bytes.Span);
        _sha256.AppendData(bytes.Span);
        _md5.AppendData(bytes.Span);
        return ValueTask.CompletedTask;
    }

    public ValueTask CommitAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return send(new S3Content(_spool.OpenAgain, _sha256.GetHashAndReset(), _md5.GetHashAndReset()), cancellationToken);
    }

    public ValueTask DisposeAsync()
    {
        _spool.Dispose();
        _sha256.Dispose();
        _md5.Dispose();
        return ValueTask.CompletedTask;
    }
}

/// <summary>What an object is to hold.</summary>
/// <param name="Open">Opens the bytes from the start, once for each try.</param>
/// <param name="Sha256">Of the bytes.</param>
/// <param name="Md5">Of the bytes: what servers without newer check sums answer as ETag.</param>
internal sealed record S3Content(Func<Stream> Open, byte[] Sha256, byte[] Md5);
