using System.Buffers.Binary;

namespace Whales.Imaging.Headers;

/// <summary>One marker segment of a JPEG.</summary>
/// <param name="Marker">The byte after 0xFF.</param>
/// <param name="Start">Offset of its 0xFF.</param>
/// <param name="Length">Bytes of the whole segment, marker included.</param>
internal readonly record struct JpegSegment(byte Marker, int Start, int Length)
{
    public const byte Sof0 = 0xC0, Sof15 = 0xCF, Dht = 0xC4, Jpg = 0xC8, Dac = 0xCC;
    public const byte Soi = 0xD8, Eoi = 0xD9, Sos = 0xDA;
    public const byte App0 = 0xE0, App1 = 0xE1, App2 = 0xE2, App14 = 0xEE, App15 = 0xEF, Comment = 0xFE;

    public bool IsFrame => Marker is >= Sof0 and <= Sof15 and not (Dht or Jpg or Dac);

    /// <summary>What follows the length field.</summary>
    public ReadOnlySpan<byte> Payload(ReadOnlySpan<byte> jpeg) => Length <= 4 ? default : jpeg.Slice(Start + 4, Length - 4);
}

/// <summary>Walks a JPEG from marker to marker.</summary>
internal ref struct JpegSegments(ReadOnlySpan<byte> jpeg)
{
    private readonly ReadOnlySpan<byte> _jpeg = jpeg;
    private int _at;

    public JpegSegment Current { get; private set; }

    /// <summary>Steps to the next segment; false where the bytes end or are no segment.</summary>
    public bool MoveNext()
    {
        if (_at >= _jpeg.Length || _jpeg[_at] != 0xFF)
            return false;
        while (_at + 1 < _jpeg.Length && _jpeg[_at + 1] == 0xFF)
            _at++; // Fill bytes.
        if (_at + 1 >= _jpeg.Length)
            return false;

        var marker = _jpeg[_at + 1];
        var length = 2;
        if (!IsAlone(marker))
        {
            if (_at + 4 > _jpeg.Length)
                return false;
            var field = BinaryPrimitives.ReadUInt16BigEndian(_jpeg[(_at + 2)..]);
            length = 2 + field;
            if (field < 2 || _at + length > _jpeg.Length)
                return false;
        }

        Current = new JpegSegment(marker, _at, length);
        _at += length;
        return true;
    }

    /// <summary>After a scan's header: skips its compressed data up to the next marker, and says where that stands.</summary>
    public int SkipScanData()
    {
        while (_at < _jpeg.Length)
        {
            var next = _jpeg[_at..].IndexOf((byte)0xFF);
            if (next < 0 || _at + next + 1 >= _jpeg.Length)
            {
                _at = _jpeg.Length;
                break;
            }

            _at += next;
            var marker = _jpeg[_at + 1];
            if (marker is not (0 or >= 0xD0 and <= 0xD7 or 0xFF))
                break;
            _at += marker == 0xFF ? 1 : 2; // Stuffed zero, restart marker, fill byte.
        }

        return _at;
    }

    // SOI, EOI, RST0 to RST7 and TEM have no length.
    private static bool IsAlone(byte marker) => marker is >= 0xD0 and <= 0xD9 or 0x01;
}
