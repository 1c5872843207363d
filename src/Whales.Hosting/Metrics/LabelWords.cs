using System.Collections.Immutable;

namespace Whales.Hosting.Metrics;

/// <summary>
/// The closed set of values that a label may have. Anything else becomes <see cref="Other"/>, so that no client and no exception
/// can make series without end.
/// </summary>
public sealed class LabelWords(IEnumerable<string> words)
{
    public const string Other = "other";

    private ImmutableHashSet<string> _words = [.. words];

    public IReadOnlyCollection<string> All => _words;

    /// <summary>True when the word is new.</summary>
    public bool Add(string word) => ImmutableInterlocked.Update(ref _words, static (words, added) => words.Add(added), word);

    /// <returns><paramref name="word"/> itself when it is of the set, else <see cref="Other"/>.</returns>
    public string Of(string word) => _words.Contains(word) ? word : Other;
}
