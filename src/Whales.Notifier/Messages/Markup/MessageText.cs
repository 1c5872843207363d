using System.Text;

namespace Whales.Notifier.Messages.Markup;

/// <summary>
/// Builds one message twice: in Telegram's HTML and without markup. The one place where text becomes markup: everything that comes
/// in is escaped here, and tags are only written in pairs. What is above Telegram's limit is left out, so that it is valid whatever is
/// written; who wants to leave out something better asks <see cref="Fits"/>.
/// </summary>
internal sealed class MessageText
{
    /// <summary>Telegram's limit, in UTF-16 units after parsing (it counts characters; units are never fewer).</summary>
    public const int MaxLength = 4096;

    private const int MaxUrl = 2000;

    // Less is not worth a word, and must hold an ellipsis between its isolates.
    private const int LeastRoom = 8;

    private readonly StringBuilder _html = new();
    private readonly StringBuilder _plain = new();

    /// <summary>UTF-16 units that a reader sees: tags and addresses of links do not count.</summary>
    public int Length { get; private set; }

    /// <summary>Nothing was left out.</summary>
    public bool Fits { get; private set; } = true;

    public MessageText Text(string text) => Escaped(Fitting(text));

    public MessageText Bold(string text) => Tagged("b", text);

    public MessageText Italic(string text) => Tagged("i", text);

    public MessageText Code(string text) => Tagged("code", text);

    public MessageText Line() => Escaped(Fitting("\n"));

    /// <summary>A link, or only its text when the address is none that a browser opens.</summary>
    public MessageText Link(string text, string? address)
    {
        text = Fitting(text);
        if (text.Length == 0 || !TryAddress(address, out var url))
            return Escaped(text);
        _html.Append("<a href=\"");
        Escape(_html, url);
        _html.Append("\">");
        Escaped(text);
        _html.Append("</a>");
        _plain.Append(": ").Append(url);
        return this;
    }

    /// <summary>A quote that is folded until touched. Not inside another quote.</summary>
    public MessageText Folded(Action<MessageText> write)
    {
        const string Open = "<blockquote expandable>";
        _html.Append(Open);
        var begin = _html.Length;
        write(this);
        if (_html.Length == begin)
            _html.Length -= Open.Length;
        else
            _html.Append("</blockquote>");
        return this;
    }

    public MessagePart ToPart()
    {
        var plain = _plain.ToString().Trim();
        return new MessagePart(_html.ToString(), plain.Length <= MaxLength ? plain : ValueText.Lines(plain, MaxLength));
    }

    /// <summary>True for an absolute http or https address of bearable length.</summary>
    public static bool TryAddress(string? address, out string url)
    {
        url = "";
        if (address is not { Length: > 0 and <= MaxUrl } || !Uri.TryCreate(address.Trim(), UriKind.Absolute, out var uri) ||
            (uri.Scheme != Uri.UriSchemeHttp && uri.Scheme != Uri.UriSchemeHttps) || uri.Host.Length == 0)
            return false;
        try
        {
            url = uri.AbsoluteUri;
        }
        catch (UriFormatException)
        {
            return false;
        }

        return url.Length <= MaxUrl && url.All(static character => character is > ' ' and < '\u007F');
    }

    private MessageText Tagged(string tag, string text)
    {
        text = Fitting(text);
        if (text.Length == 0)
            return this;
        _html.Append('<').Append(tag).Append('>');
        Escaped(text);
        _html.Append("</").Append(tag).Append('>');
        return this;
    }

    /// <summary>As much of it as there is room for.</summary>
    private string Fitting(string text)
    {
        var room = MaxLength - Length;
        if (Fits && text.Length <= room)
            return text;
        var cut = Fits && room > LeastRoom ? ValueText.Lines(text, room) : "";
        Fits = false;
        return cut;
    }

    private MessageText Escaped(string text)
    {
        Escape(_html, text);
        _plain.Append(text);
        Length += text.Length;
        return this;
    }

    private static void Escape(StringBuilder to, string text)
    {
        foreach (var character in text)
        {
            _ = character switch
            {
                '&' => to.Append("&amp;"),
                '<' => to.Append("&lt;"),
                '>' => to.Append("&gt;"),
                '"' => to.Append("&quot;"),
                _ => to.Append(character),
            };
        }
    }
}
