using System.Buffers;
using System.Globalization;
using System.Text;

namespace Whales.Ingest.Api.Batches.Export;

/// <summary>One line of CSV as RFC 4180 has it. Text that a spreadsheet would take for a formula gets an apostrophe in front.</summary>
internal sealed class CsvLine
{
    public const string End = "\r\n";

    // Every separator that some spreadsheet in some country splits at.
    private static readonly SearchValues<char> Special = SearchValues.Create("\",;\t\r\n");

    private readonly StringBuilder _line = new();
    private bool _first = true;

    public CsvLine Text(string? text)
    {
        Separate();
        if (string.IsNullOrEmpty(text))
            return this;
        var safe = IsFormula(text) ? "'" + text : text;
        if (!safe.AsSpan().ContainsAny(Special) && safe[0] != ' ' && safe[^1] != ' ')
            _line.Append(safe);
        else
            _line.Append('"').Append(safe.Replace("\"", "\"\"", StringComparison.Ordinal)).Append('"');
        return this;
    }

    /// <summary>Our own number: a minus in front of it makes no formula.</summary>
    public CsvLine Number(double? number)
    {
        Separate();
        if (number is { } value)
            _line.Append(value.ToString("0.######", CultureInfo.InvariantCulture));
        return this;
    }

    /// <summary>In UTC, as spreadsheets read a time.</summary>
    public CsvLine Time(DateTimeOffset? time)
    {
        Separate();
        if (time is { } value)
            _line.Append(value.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture));
        return this;
    }

    /// <summary>The line with its end; the next one begins empty.</summary>
    public string Take()
    {
        var line = _line.Append(End).ToString();
        _line.Clear();
        _first = true;
        return line;
    }

    /// <summary>True for what a spreadsheet reads as a formula: also behind spaces, which some strip, and in the wide forms of East Asia.</summary>
    private static bool IsFormula(string text)
    {
        if (text[0] is '\t' or '\r' or '\n')
            return true;
        var start = text.AsSpan().TrimStart();
        return start.Length > 0 && start[0] is '=' or '+' or '-' or '@' or '\uFF1D' or '\uFF0B' or '\uFF0D' or '\uFF20' or '\u2212';
    }

    private void Separate()
    {
        if (!_first)
            _line.Append(',');
        _first = false;
    }
}
