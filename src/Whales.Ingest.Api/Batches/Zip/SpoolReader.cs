using Microsoft.Win32.SafeHandles;

namespace Whales.Ingest.Api.Batches.Zip;

/// <summary>Reads a part of the spool from its start to its end, in large steps.</summary>
internal sealed class SpoolReader(SafeFileHandle file, long start, long length)
{
    private readonly byte[] _buffer = new byte[64 * 1024];
    private long _next = start;
    private long _unread = length;
    private int _from;
    private int _to;

    /// <summary>Bytes before the end of the part.</summary>
    public long Left => _unread + _to - _from;

    public void Fill(Span<byte> destination)
    {
        if (destination.Length > Left)
            throw BatchRefusals.Malformed("The directory of the ZIP ends in the middle of an entry.");
        while (destination.Length > 0)
        {
            if (_from == _to)
                Refill();
            var part = Math.Min(destination.Length, _to - _from);
            _buffer.AsSpan(_from, part).CopyTo(destination);
            _from += part;
            destination = destination[part..];
        }
    }

    public byte[] Take(int count)
    {
        var bytes = new byte[count];
        Fill(bytes);
        return bytes;
    }

    public void Skip(int count)
    {
        Span<byte> scratch = stackalloc byte[512];
        for (; count > 0; count -= Math.Min(count, scratch.Length))
            Fill(scratch[..Math.Min(count, scratch.Length)]);
    }

    public static void ReadExactly(SafeFileHandle file, long at, Span<byte> destination)
    {
        while (destination.Length > 0)
        {
            var read = RandomAccess.Read(file, destination, at);
            if (read == 0)
                throw new EndOfStreamException("The spool is shorter than what was written to it.");
            at += read;
            destination = destination[read..];
        }
    }

    private void Refill()
    {
        _from = 0;
        _to = (int)Math.Min(_unread, _buffer.Length);
        ReadExactly(file, _next, _buffer.AsSpan(0, _to));
        _next += _to;
        _unread -= _to;
    }
}
