using Whales.Notifier.Messages;

namespace Whales.Notifier.Phrases;

/// <summary>Plural forms by the rules of Unicode's CLDR, for whole numbers.</summary>
internal static class Plurals
{
    /// <summary>How many forms a language has: one and other; one (1, 21, 101), few (2 to 4, 22 to 24) and many (0, 5 to 20, 25).</summary>
    public static int FormsOf(Language language) => language == Language.Russian ? 3 : 2;

    /// <summary>Which of the forms fits, from 0.</summary>
    public static int FormFor(Language language, long count)
    {
        if (language == Language.English)
            return count == 1 ? 0 : 1;
        var (tens, units) = (Math.Abs(count % 100), Math.Abs(count % 10));
        return (tens, units) switch
        {
            ( >= 11 and <= 14, _) => 2,
            (_, 1) => 0,
            (_, >= 2 and <= 4) => 1,
            _ => 2,
        };
    }
}
