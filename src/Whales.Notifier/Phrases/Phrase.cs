using System.Text;
using Whales.Notifier.Messages;
using Whales.Notifier.Messages.Markup;

namespace Whales.Notifier.Phrases;

/// <summary>
/// The words of one thing that is said, read once: text, names to be filled in (<c>{model}</c>), and words that depend on a count
/// (<c>{count:alert|alerts}</c>). It yields plain text; making markup of it is not its matter.
/// </summary>
internal sealed class Phrase
{
    /// <summary>Longest phrase, in UTF-16 units. Ours have 170 at most.</summary>
    public const int MaxLength = 400;

    private readonly Language _language;
    private readonly List<Part> _parts = [];

    private Phrase(Language language) => _language = language;

    /// <summary>Names that stand in it.</summary>
    public IEnumerable<string> Names => _parts.Select(part => part.Name).OfType<string>().Distinct(StringComparer.Ordinal);

    /// <summary>Names whose count chooses a word.</summary>
    public IEnumerable<string> Counted => _parts.Where(part => part.Forms is not null).Select(part => part.Name!).Distinct(StringComparer.Ordinal);

    /// <exception cref="FormatException">With what is wrong, for the one who wrote it.</exception>
    public static Phrase Parse(Language language, string text)
    {
        // As all text that comes from outside: no control characters, nothing that turns the words around it.
        var words = ValueText.Line(text, int.MaxValue / 8);
        if (words.Length == 0)
            throw new FormatException("has no words");
        if (words.Length > MaxLength)
            throw new FormatException($"has {words.Length} characters; {MaxLength} are allowed");
        var phrase = new Phrase(language);
        for (var at = 0; at < words.Length;)
        {
            var brace = words.IndexOfAny(['{', '}'], at);
            if (brace < 0)
                brace = words.Length;
            if (brace > at)
                phrase._parts.Add(new Part(words[at..brace], null, null));
            if (brace == words.Length)
                break;
            var end = words.IndexOf('}', brace);
            if (words[brace] == '}' || end < 0)
                throw new FormatException("has a brace without its other half");
            phrase._parts.Add(Read(language, words[(brace + 1)..end]));
            at = end + 1;
        }

        return phrase;
    }

    /// <exception cref="ArgumentException">A name of the phrase is not given: a defect, not a matter of wording.</exception>
    public string Fill(ReadOnlySpan<Filling> fillings)
    {
        var text = new StringBuilder();
        foreach (var part in _parts)
            text.Append(part.Name is null ? part.Text : part.Said(_language, Find(fillings, part.Name)));
        return text.ToString();
    }

    private static Part Read(Language language, string inside)
    {
        var colon = inside.IndexOf(':', StringComparison.Ordinal);
        var name = colon < 0 ? inside : inside[..colon];
        if (name.Length == 0 || !name.All(character => char.IsAsciiLetterLower(character) || character == '_'))
            throw new FormatException($"has {{{inside}}}, which is no name");
        if (colon < 0)
            return new Part("", name, null);
        var forms = inside[(colon + 1)..].Split('|');
        if (forms.Length != Plurals.FormsOf(language))
            throw new FormatException($"has {{{inside}}} with {forms.Length} forms; the language has {Plurals.FormsOf(language)}");
        return new Part("", name, forms);
    }

    private static Filling Find(ReadOnlySpan<Filling> fillings, string name)
    {
        foreach (var filling in fillings)
        {
            if (filling.Name == name)
                return filling;
        }

        throw new ArgumentException($"Nothing is given for {{{name}}}.");
    }

    private sealed record Part(string Text, string? Name, string[]? Forms)
    {
        public string Said(Language language, Filling filling) => Forms is null
            ? filling.Text
            : Forms[filling.Count is { } count ? Plurals.FormFor(language, count) : Forms.Length - 1];
    }
}
