using System.Buffers;
using System.Collections.Concurrent;
using System.Globalization;
using System.Text;

namespace Whales.Hosting.Metrics;

/// <summary>A growing UTF-8 text in a pooled array, with the escapes and numbers of the exposition formats.</summary>
internal sealed class ExpositionBuffer(int capacity) : IDisposable
{
    // Few: bounds of histograms and keys of labels, both written in our code or in the runtime's.
    private static readonly ConcurrentDictionary<double, byte[]> Bounds = new();
    private static readonly ConcurrentDictionary<string, byte[]> LabelNames = new(StringComparer.Ordinal);
    private static readonly SearchValues<char> Special = SearchValues.Create("\\\n\"");
    private static readonly SearchValues<char> SpecialInHelp = SearchValues.Create("\\\n");

    private byte[] _bytes = ArrayPool<byte>.Shared.Rent(capacity);
    private int _length;

    public ReadOnlySpan<byte> Written => _bytes.AsSpan(0, _length);

    public ReadOnlyMemory<byte> WrittenMemory => _bytes.AsMemory(0, _length);

    public void Clear() => _length = 0;

    public void Write(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(Room(bytes.Length));
        _length += bytes.Length;
    }

    public void WriteText(ReadOnlySpan<char> text) => _length += Encoding.UTF8.GetBytes(text, Room(Encoding.UTF8.GetMaxByteCount(text.Length)));

    /// <summary>Escapes backslash, line feed and quotation mark: the last in label values, and in OpenMetrics in HELP too.</summary>
    public void WriteEscaped(ReadOnlySpan<char> text, bool quotes = true)
    {
        while (text.IndexOfAny(quotes ? Special : SpecialInHelp) is >= 0 and var at)
        {
            WriteText(text[..at]);
            Write(text[at] switch { '\n' => "\\n"u8, '"' => "\\\""u8, _ => "\\\\"u8 });
            text = text[(at + 1)..];
        }

        WriteText(text);
    }

    public void WriteLabel(KeyValuePair<string, object?> tag, bool first)
    {
        if (!first)
            Write(","u8);
        Write(LabelNames.GetOrAdd(tag.Key, static key => Encoding.UTF8.GetBytes(PrometheusName.Clean(key))));
        Write("=\""u8);
        switch (tag.Value)
        {
            case string text:
                WriteEscaped(text);
                break;
            case bool flag:
                Write(flag ? "true"u8 : "false"u8);
                break;
            case IUtf8SpanFormattable number:
                WriteFormatted(number);
                break;
            case { } other:
                WriteEscaped(Convert.ToString(other, CultureInfo.InvariantCulture));
                break;
        }

        Write("\""u8);
    }

    public void WriteNumber(long value) => WriteFormatted(value);

    public void WriteNumber(double value)
    {
        if (double.IsFinite(value))
            WriteFormatted(value);
        else
            Write(double.IsNaN(value) ? "NaN"u8 : value > 0 ? "+Inf"u8 : "-Inf"u8);
    }

    /// <summary>Writes a bucket's upper bound for the label <c>le</c>.</summary>
    public void WriteBound(double bound) => Write(Bounds.GetOrAdd(bound, static value => Encoding.UTF8.GetBytes(CanonicalNumber.Of(value))));

    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(_bytes);
        _bytes = [];
        _length = 0;
    }

    private void WriteFormatted<T>(T value)
        where T : IUtf8SpanFormattable
    {
        var size = 32;
        int written;
        while (!value.TryFormat(Room(size), out written, default, CultureInfo.InvariantCulture))
            size *= 2;
        _length += written;
    }

    private Span<byte> Room(int bytes)
    {
        if (_bytes.Length - _length < bytes)
        {
            var larger = ArrayPool<byte>.Shared.Rent(Math.Max(_bytes.Length * 2, _length + bytes));
            Written.CopyTo(larger);
            ArrayPool<byte>.Shared.Return(_bytes);
            _bytes = larger;
        }

        return _bytes.AsSpan(_length);
    }
}
