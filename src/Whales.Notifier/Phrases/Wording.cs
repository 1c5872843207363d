using Whales.Notifier.Commands.Texts;
using Whales.Notifier.Messages;
using Whales.Notifier.Messages.Texts;

namespace Whales.Notifier.Phrases;

/// <summary>The words in use. A message is written in those of one moment, even while others are put in their place.</summary>
internal sealed class Wording
{
    private volatile Books _books = new(PhraseBook.BuiltIn(Language.English), PhraseBook.BuiltIn(Language.Russian));

    public MessageTexts Messages(Language language) => new(_books.Of(language));

    public CommandTexts Commands(Language language) => new(_books.Of(language));

    public void Use(PhraseBook book) => _books = book.Language == Language.Russian ? _books with { Russian = book } : _books with { English = book };

    private sealed record Books(PhraseBook English, PhraseBook Russian)
    {
        public PhraseBook Of(Language language) => language == Language.Russian ? Russian : English;
    }
}
