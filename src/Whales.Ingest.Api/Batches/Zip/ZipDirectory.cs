using System.Buffers.Binary;
using Microsoft.Win32.SafeHandles;

namespace Whales.Ingest.Api.Batches.Zip;

/// <summary>
/// Reads the central directory of a ZIP, ZIP64 included, which lies in a part of a file. It is stricter than archivers are: what two programs
/// could read in two ways is refused. The class library's reader is not used, since it believes the sizes that the headers name.
/// </summary>
internal sealed class ZipDirectory
{
    private const uint EntrySignature = 0x02014B50;
    private const int EntryLength = 46;

    /// <summary>The longest path of Linux.</summary>
    private const int MaxNameBytes = 4096;

    private readonly List<ZipEntry> _entries = [];
    private readonly long _start;
    private readonly BatchOptions _options;
    private readonly ZipEnd _end;
    private long _packed;
    private long _expanded;

    private ZipDirectory(long start, ZipEnd end, BatchOptions options)
    {
        _start = start;
        _end = end;
        _options = options;
    }

    /// <summary>All entries but folders and what operating systems leave behind, in the directory's order.</summary>
    /// <exception cref="Errors.RequestRefusedException">The ZIP is refused whole.</exception>
    public static IReadOnlyList<ZipEntry> Read(SafeFileHandle file, long start, long length, BatchOptions options)
    {
        var end = ZipEnd.Find(file, start, length);
        if (end.Entries == 0)
            throw BatchRefusals.Empty("The ZIP has no entries.");
        if (end.Entries > options.MaxFiles)
            throw BatchRefusals.TooManyFiles(options.MaxFiles);
        var directory = new ZipDirectory(start, end, options);
        directory.ReadEntries(new SpoolReader(file, start + end.DirectoryAt, end.DirectoryLength));
        directory.CheckExpansion(length);
        directory.CheckPlaces();
        directory._entries.RemoveAll(entry => ZipNames.IsIgnored(entry.Name));
        return directory._entries;
    }

    private void ReadEntries(SpoolReader reader)
    {
        Span<byte> head = stackalloc byte[EntryLength];
        while (reader.Left > 0)
        {
            if (_entries.Count == _end.Entries)
                throw BatchRefusals.Mismatch($"The ZIP says that it has {_end.Entries:N0} entries, and has more.");
            reader.Fill(head);
            if (BinaryPrimitives.ReadUInt32LittleEndian(head) != EntrySignature)
                throw BatchRefusals.Malformed("The directory of the ZIP has something else where an entry should be.");
            var nameLength = BinaryPrimitives.ReadUInt16LittleEndian(head[28..]);
            var extraLength = BinaryPrimitives.ReadUInt16LittleEndian(head[30..]);
            var commentLength = BinaryPrimitives.ReadUInt16LittleEndian(head[32..]);
            if (nameLength is 0 or > MaxNameBytes)
                throw BatchRefusals.Malformed($"An entry of the ZIP has a name of {nameLength:N0} bytes; 1 to {MaxNameBytes:N0} are accepted.");
            var rest = reader.Take(nameLength + extraLength);
            Add(head, rest.AsSpan(0, nameLength), rest.AsSpan(nameLength));
            reader.Skip(commentLength);
        }

        if (_entries.Count != _end.Entries)
            throw BatchRefusals.Mismatch($"The ZIP says that it has {_end.Entries:N0} entries, and has {_entries.Count:N0}.");
    }

    private void Add(ReadOnlySpan<byte> head, ReadOnlySpan<byte> rawName, ReadOnlySpan<byte> extra)
    {
        var flags = BinaryPrimitives.ReadUInt16LittleEndian(head[8..]);
        var name = ZipNames.Decode(rawName, flags);
        if (ZipNames.IsUnsafe(name))
            throw BatchRefusals.UnsafePath($"The entry {ZipNames.Shown(name)} has a name that leads out of the archive. Nothing was taken.");

        var (size, packed, header) = Zip64Extra.Resolve(
            extra,
            BinaryPrimitives.ReadUInt32LittleEndian(head[24..]),
            BinaryPrimitives.ReadUInt32LittleEndian(head[20..]),
            BinaryPrimitives.ReadUInt32LittleEndian(head[42..]));
        if (header > _end.DirectoryAt - ZipLocalHeader.Length || packed > _end.DirectoryAt - header - ZipLocalHeader.Length)
            throw BatchRefusals.Mismatch($"The entry {ZipNames.Shown(name)} lies outside of the ZIP.");
        var entry = new ZipEntry
        {
            Name = name,
            RawName = rawName.ToArray(),
            Flags = flags,
            Method = BinaryPrimitives.ReadUInt16LittleEndian(head[10..]),
            Crc = BinaryPrimitives.ReadUInt32LittleEndian(head[16..]),
            PackedSize = packed,
            Size = size,
            HeaderAt = _start + header,
        };
        if (entry is { Method: ZipEntry.Stored, IsEncrypted: false } && size != packed)
            throw BatchRefusals.Mismatch($"The entry {ZipNames.Shown(name)} is not packed, and yet has two sizes.");
        CheckRatio(entry);
        _entries.Add(entry);
    }

    private void CheckRatio(ZipEntry entry)
    {
        if (IsBomb(entry.Size, entry.PackedSize))
        {
            throw BatchRefusals.Bomb(
                $"The entry {ZipNames.Shown(entry.Name)} would unpack to {entry.Size:N0} bytes from {entry.PackedSize:N0}; at most {_options.MaxExpansionRatio:N0} times its size is accepted.");
        }

        _packed += entry.PackedSize;
        _expanded += Math.Min(entry.Size, long.MaxValue - _expanded);
    }

    private void CheckExpansion(long length)
    {
        if (_expanded > _options.MaxExpandedBytes)
            throw BatchRefusals.Bomb($"The ZIP would unpack to {_expanded:N0} bytes; at most {_options.MaxExpandedBytes:N0} are accepted.");
        if (IsBomb(_expanded, Math.Min(_packed, length)))
            throw BatchRefusals.Bomb($"The ZIP would unpack to {_expanded:N0} bytes from {length:N0}; at most {_options.MaxExpansionRatio:N0} times its size is accepted.");
    }

    // What is small is no danger, and a drawing may well be packed to a thousandth.
    private bool IsBomb(long expanded, long packed) => expanded > 1024 * 1024 && expanded / _options.MaxExpansionRatio > packed;

    /// <summary>Entries that share bytes are how a small archive unpacks to a huge one within every other limit.</summary>
    private void CheckPlaces()
    {
        var byPlace = _entries.OrderBy(entry => entry.HeaderAt).ToList();
        for (var i = 0; i < byPlace.Count; i++)
        {
            var entry = byPlace[i];
            entry.EndsBefore = i + 1 < byPlace.Count ? byPlace[i + 1].HeaderAt : _start + _end.DirectoryAt;
            if (entry.HeaderAt + ZipLocalHeader.Length + entry.RawName.Length + entry.PackedSize > entry.EndsBefore)
                throw BatchRefusals.Mismatch($"The entry {ZipNames.Shown(entry.Name)} overlaps another one.");
        }
    }
}
