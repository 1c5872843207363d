using Whales.Notifier.Messages;

namespace Whales.Notifier.Phrases;

/// <summary>What a file of phrases holds, or all that is wrong with it, a sentence each.</summary>
internal sealed record PhraseFile(IReadOnlyDictionary<string, Phrase> Phrases, IReadOnlyList<string> Problems)
{
    // A file of another kind needs no thousand sentences.
    private const int MaxProblems = 20;

    /// <summary>Reads lines of the form <c>name = words</c>; empty ones and those that begin with # are passed over.</summary>
    public static PhraseFile Read(Language language, string text)
    {
        var phrases = new Dictionary<string, Phrase>(StringComparer.Ordinal);
        var problems = new List<string>();
        var number = 0;
        foreach (var line in text.TrimStart('\uFEFF').Split('\n').Select(line => line.Trim()))
        {
            number++;
            if (line.Length == 0 || line[0] == '#')
                continue;
            try
            {
                var equals = line.IndexOf('=', StringComparison.Ordinal);
                if (equals <= 0)
                    throw new FormatException("is not of the form: name = words");
                var key = line[..equals].TrimEnd();
                var phrase = Parse(language, key, line[(equals + 1)..]);
                if (!phrases.TryAdd(key, phrase))
                    throw new FormatException($"says {key} a second time");
            }
            catch (FormatException wrong)
            {
                problems.Add($"{PhraseBook.FileOf(language)}, line {number}: {wrong.Message}.");
                if (problems.Count == MaxProblems)
                    break;
            }
        }

        return new PhraseFile(phrases, problems);
    }

    /// <summary>An operator's file: only phrases that there are, with names and counts that are given to them.</summary>
    public static PhraseFile ReadOwn(Language language, string text)
    {
        var read = Read(language, text);
        var problems = new List<string>(read.Problems);
        foreach (var (key, phrase) in read.Phrases)
            problems.AddRange(Strangers(key, phrase).Select(wrong => $"{PhraseBook.FileOf(language)}: {key} {wrong}."));
        return read with { Problems = [.. problems.Take(MaxProblems)] };
    }

    private static Phrase Parse(Language language, string key, string words)
    {
        try
        {
            return Phrase.Parse(language, words);
        }
        catch (FormatException wrong)
        {
            throw new FormatException($"{key} {wrong.Message}", wrong);
        }
    }

    /// <summary>What either language's own phrase has may stand in it.</summary>
    private static IEnumerable<string> Strangers(string key, Phrase phrase)
    {
        Phrase?[] ours = [PhraseBook.BuiltIn(Language.English).Find(key), PhraseBook.BuiltIn(Language.Russian).Find(key)];
        if (ours is not [{ } english, { } russian])
            return ["is not a phrase of the notifier"];
        var names = english.Names.Union(russian.Names).ToList();
        var known = names.Count == 0 ? "nothing is filled in there" : $"there is {string.Join(", ", names.Select(name => $"{{{name}}}"))}";
        return
        [
            .. phrase.Names.Except(names).Select(name => $"has {{{name}}}, but {known}"),
            .. phrase.Counted.Intersect(names).Where(name => !Counts.Contains(name)).Select(name => $"chooses words by {{{name}}}, which is no count"),
        ];
    }

    /// <summary>Names that stand for whole numbers, in whichever phrase.</summary>
    private static readonly HashSet<string> Counts = new(StringComparer.Ordinal) { "count", "hours", "firing", "over", "waiting", "workers", "interactive", "bulk", "most" };
}
