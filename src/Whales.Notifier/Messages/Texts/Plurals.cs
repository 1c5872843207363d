namespace Whales.Notifier.Messages.Texts;

/// <summary>Plural forms by the rules of Unicode's CLDR, for whole numbers.</summary>
internal static class Plurals
{
    public static string English(long count, string one, string other) => count == 1 ? one : other;

    /// <param name="count">How many.</param>
    /// <param name="one">1, 21, 101: сигнал.</param>
    /// <param name="few">2 to 4, 22 to 24: сигнала.</param>
    /// <param name="many">0, 5 to 20, 25: сигналов.</param>
    public static string Russian(long count, string one, string few, string many)
    {
        var (tens, units) = (Math.Abs(count) % 100, Math.Abs(count) % 10);
        return (tens, units) switch
        {
            ( >= 11 and <= 14, _) => many,
            (_, 1) => one,
            (_, >= 2 and <= 4) => few,
            _ => many,
        };
    }
}
