using System.Text;
using Whales.Notifier.Messages;
using Whales.Notifier.Phrases;

namespace Whales.Notifier.Tests.Messages;

/// <summary>Phrases that an operator's file may have, however odd.</summary>
internal sealed class AnyWording(int seed)
{
    private static readonly string[] Pieces =
    [
        "<b>", "</i>", "&amp;", "&", "<a href=\"", "\"", "<blockquote expandable>", "ünïcode", "🐋", "👩‍👩‍👧‍👦", "e\u0301\u0301\u0301", "דגל", "سلام", "\\n", "a long sentence about nothing at all ", "|", ":", "—", "e",
    ];

    private readonly Random _random = new(seed);

    public Wording Next()
    {
        var wording = new Wording();
        foreach (var language in Enum.GetValues<Language>())
        {
            var book = PhraseBook.BuiltIn(language);
            var file = string.Join('\n', book.Keys.Select(key => $"{key} = {Words(language, book.Find(key)!)}"));
            var own = PhraseFile.ReadOwn(language, file);
            Assert.Empty(own.Problems);
            wording.Use(book.With(own.Phrases));
        }

        return wording;
    }

    private string Words(Language language, Phrase ours)
    {
        var text = new StringBuilder("plain");
        foreach (var name in ours.Names)
        {
            Add(text);
            if (_random.Next(4) > 0)
                text.Append('{').Append(name).Append('}');
        }

        foreach (var name in ours.Counted)
            text.Append('{').Append(name).Append(':').AppendJoin('|', Enumerable.Range(0, Plurals.FormsOf(language)).Select(form => $"<form {form}>")).Append('}');
        Add(text);
        return text.ToString();
    }

    private void Add(StringBuilder text)
    {
        for (var left = _random.Next(12) == 0 ? 6 : _random.Next(3); left > 0; left--)
            text.Append(Pieces[_random.Next(Pieces.Length)]);
    }
}
