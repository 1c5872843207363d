using Whales.Contracts;
using Whales.Ingest.Api.Batches.Zip;

namespace Whales.Ingest.Api.Batches.Intake;

/// <summary>One file that may become a photo of the batch: a part of the form, or an entry of a ZIP.</summary>
internal sealed class BatchEntry
{
    /// <summary>For people; what was sent with folders has them.</summary>
    public required string Name { get; init; }

    /// <summary>The cleaned name without folders, for the photo's row.</summary>
    public string? FileName { get; init; }

    /// <summary>Unpacked, as it is said to be, in bytes.</summary>
    public required long Size { get; init; }

    /// <summary>Where a part of the form lies in the spool.</summary>
    public long Start { get; init; }

    /// <summary>Null for a part of the form.</summary>
    public ZipEntry? Zip { get; init; }

    /// <summary>Why it is refused before anything of it is read.</summary>
    public (string Code, string Message)? RefusedAtSight(long maxPhotoBytes) => this switch
    {
        { Zip.IsEncrypted: true } => (RejectionCodes.Encrypted, "The file is encrypted. Send it without a password."),
        { Zip.IsReadable: false } => (
            RejectionCodes.UnsupportedCompression, $"The file is packed with method {Zip.Method}. Pack it with deflate (8), or not at all (0)."),
        { Size: 0 } => (RejectionCodes.EmptyFile, "The photo has 0 bytes."),
        _ when Size > maxPhotoBytes => (RejectionCodes.TooLarge, $"A photo may have at most {maxPhotoBytes:N0} bytes."),
        _ => null,
    };
}
