using System.Reflection;
using System.Text;
using Whales.Notifier.Messages;

namespace Whales.Notifier.Phrases;

/// <summary>All phrases of one language.</summary>
internal sealed class PhraseBook
{
    private readonly IReadOnlyDictionary<string, Phrase> _phrases;

    public PhraseBook(Language language, IReadOnlyDictionary<string, Phrase> phrases)
    {
        Language = language;
        _phrases = phrases;
    }

    public Language Language { get; }

    public IEnumerable<string> Keys => _phrases.Keys;

    /// <summary>The phrases of the product: whatever an operator's file does not say.</summary>
    public static PhraseBook BuiltIn(Language language) => language == Language.Russian ? BuiltInBooks.Russian : BuiltInBooks.English;

    /// <summary>Name of a language's file: en.txt, ru.txt.</summary>
    public static string FileOf(Language language) => language == Language.Russian ? "ru.txt" : "en.txt";

    /// <summary>The file that holds the phrases of the product, to begin one's own with.</summary>
    public static string BuiltInText(Language language)
    {
        using var file = Assembly.GetExecutingAssembly().GetManifestResourceStream($"phrases.{FileOf(language)}")!;
        using var reader = new StreamReader(file, Encoding.UTF8);
        return reader.ReadToEnd();
    }

    public Phrase? Find(string key) => _phrases.GetValueOrDefault(key);

    /// <summary>These phrases in the place of those of the same name.</summary>
    public PhraseBook With(IReadOnlyDictionary<string, Phrase> own)
    {
        var all = new Dictionary<string, Phrase>(_phrases, StringComparer.Ordinal);
        foreach (var (key, phrase) in own)
            all[key] = phrase;
        return new PhraseBook(Language, all);
    }

    public string Say(string key, params ReadOnlySpan<Filling> fillings) => _phrases[key].Fill(fillings);

    /// <summary>Read at the first use, both: which names a phrase may have is what either language has.</summary>
    private static class BuiltInBooks
    {
        public static PhraseBook English { get; } = Read(Language.English);

        public static PhraseBook Russian { get; } = Read(Language.Russian);

        private static PhraseBook Read(Language language) => new(language, PhraseFile.Read(language, BuiltInText(language)).Phrases);
    }
}
