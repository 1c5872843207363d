namespace Whales.Ingest.Api.Batches.Zip;

/// <summary>What the central directory says of one entry. Nothing of it is believed before the entry was unpacked and counted.</summary>
internal sealed class ZipEntry
{
    public const ushort Stored = 0;
    public const ushort Deflated = 8;

    // Strong encryption also hides what the headers say.
    private const ushort EncryptedFlags = 0x0001 | 0x0040 | 0x2000;
    private const ushort AesMethod = 99;
    private const ushort SizesFollowFlag = 0x0008;

    /// <summary>Those that change how an entry is read.</summary>
    public const ushort MeaningfulFlags = EncryptedFlags | SizesFollowFlag;

    public required string Name { get; init; }

    public required byte[] RawName { get; init; }

    public required ushort Flags { get; init; }

    public required ushort Method { get; init; }

    public required uint Crc { get; init; }

    public required long PackedSize { get; init; }

    public required long Size { get; init; }

    /// <summary>Where its local header begins, in the spool.</summary>
    public required long HeaderAt { get; init; }

    /// <summary>Where the next entry, or the directory, begins: nothing of this one may lie there.</summary>
    public long EndsBefore { get; set; }

    public bool IsEncrypted => (Flags & EncryptedFlags) != 0 || Method == AesMethod;

    /// <summary>True when the local header was written before the sizes were known.</summary>
    public bool SizesFollow => (Flags & SizesFollowFlag) != 0;

    public bool IsReadable => Method is Stored or Deflated;
}
