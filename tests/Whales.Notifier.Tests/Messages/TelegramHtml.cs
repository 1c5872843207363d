using System.Globalization;
using System.Text;

namespace Whales.Notifier.Tests.Messages;

/// <summary>
/// Reads a message as strictly as the Bot API describes its HTML mode, and says what the reader would see. Anything that Telegram
/// might answer with "can't parse entities" throws.
/// </summary>
internal sealed class TelegramHtml
{
    private static readonly HashSet<string> Tags = new(StringComparer.Ordinal) { "b", "i", "u", "s", "a", "code", "pre", "blockquote" };

    private readonly string _html;
    private readonly StringBuilder _text = new();
    private readonly Stack<(string Tag, int Start)> _open = new();
    private readonly List<string> _addresses = [];
    private int _at;

    private TelegramHtml(string html) => _html = html;

    public string Text => _text.ToString();

    public IReadOnlyList<string> Addresses => _addresses;

    public int Entities { get; private set; }

    public static TelegramHtml Parse(string html)
    {
        var parsed = new TelegramHtml(html);
        parsed.Read();
        return parsed;
    }

    private void Read()
    {
        while (_at < _html.Length)
        {
            switch (_html[_at])
            {
                case '<':
                    ReadTag();
                    break;
                case '&':
                    ReadEntity(_text);
                    break;
                case '>' or '"':
                    throw Wrong("is not escaped");
                default:
                    ReadCharacter(_text);
                    break;
            }
        }

        if (_open.Count > 0)
            throw Wrong($"<{_open.Peek().Tag}> is not closed");
        if (_text.ToString().Trim().Length == 0)
            throw Wrong("message text is empty");
    }

    private void ReadTag()
    {
        var end = _html.IndexOf('>', _at);
        if (end < 0)
            throw Wrong("a tag has no end");
        var content = _html[(_at + 1)..end];
        if (content.StartsWith('/'))
        {
            Close(content[1..]);
        }
        else
        {
            var space = content.IndexOf(' ', StringComparison.Ordinal);
            Open(space < 0 ? content : content[..space], space < 0 ? "" : content[(space + 1)..]);
        }

        _at = end + 1;
    }

    private void Open(string tag, string attributes)
    {
        if (!Tags.Contains(tag))
            throw Wrong($"<{tag}> is no tag of Telegram's");
        if (_open.Any(open => open.Tag == tag))
            throw Wrong($"<{tag}> is inside itself");
        if (_open.Any(open => open.Tag is "code" or "pre"))
            throw Wrong("nothing may be inside code");
        if (tag == "a")
            _addresses.Add(Address(attributes));
        else if (attributes != (tag == "blockquote" ? "expandable" : ""))
            throw Wrong($"<{tag}> has the attributes {attributes}");
        _open.Push((tag, _text.Length));
        Entities++;
    }

    private void Close(string tag)
    {
        if (!_open.TryPop(out var open) || open.Tag != tag)
            throw Wrong($"</{tag}> closes nothing");
        if (_text.Length == open.Start)
            throw Wrong($"<{tag}> is empty");
    }

    private string Address(string attributes)
    {
        if (!attributes.StartsWith("href=\"", StringComparison.Ordinal) || !attributes.EndsWith('"'))
            throw Wrong("a link has no quoted address");
        var raw = attributes[6..^1];
        if (raw.Contains('"', StringComparison.Ordinal) || raw.Contains('<', StringComparison.Ordinal))
            throw Wrong("the address is not escaped");
        var inner = new TelegramHtml(raw);
        while (inner._at < raw.Length)
        {
            if (raw[inner._at] == '&')
                inner.ReadEntity(inner._text);
            else
                inner.ReadCharacter(inner._text);
        }

        if (!Uri.TryCreate(inner.Text, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https"))
            throw Wrong($"{inner.Text} is no address");
        return inner.Text;
    }

    private void ReadEntity(StringBuilder to)
    {
        foreach (var (name, character) in (ReadOnlySpan<(string, char)>)[("&amp;", '&'), ("&lt;", '<'), ("&gt;", '>'), ("&quot;", '"')])
        {
            if (string.CompareOrdinal(_html, _at, name, 0, name.Length) != 0)
                continue;
            to.Append(character);
            _at += name.Length;
            return;
        }

        throw Wrong("an ampersand is not escaped");
    }

    private void ReadCharacter(StringBuilder to)
    {
        if (!Rune.TryGetRuneAt(_html, _at, out var rune))
            throw Wrong("half of a surrogate pair");
        var category = Rune.GetUnicodeCategory(rune);
        if (category == UnicodeCategory.Control && rune.Value != '\n')
            throw Wrong("a control character");
        to.Append(rune.ToString());
        _at += rune.Utf16SequenceLength;
    }

    private FormatException Wrong(string what) =>
        new($"{what}, at {_at}: …{_html[Math.Max(0, _at - 30)..Math.Min(_html.Length, _at + 30)]}…");
}
