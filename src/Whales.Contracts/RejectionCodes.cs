namespace Whales.Contracts;

/// <summary>The stable <c>code</c> of a file that a batch refuses while it takes the others.</summary>
public static class RejectionCodes
{
    public const string EmptyFile = ErrorCodes.EmptyFile;
    public const string TooLarge = ErrorCodes.TooLarge;
    public const string UnsupportedMedia = ErrorCodes.UnsupportedMedia;
    public const string Encrypted = "encrypted";
    public const string NestedArchive = "nested_archive";
    public const string Duplicate = "duplicate";
    public const string DamagedEntry = "damaged_entry";
    public const string UnsupportedCompression = "unsupported_compression";

    /// <summary>All of them, for documentation and tests.</summary>
    public static IReadOnlyList<string> All { get; } =
        [EmptyFile, TooLarge, UnsupportedMedia, Encrypted, NestedArchive, Duplicate, DamagedEntry, UnsupportedCompression];
}
