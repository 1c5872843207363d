using System.Globalization;

namespace Whales.Notifier.Phrases;

/// <summary>What a name in braces stands for.</summary>
/// <param name="Name">Without braces.</param>
/// <param name="Text">Ready to be shown.</param>
/// <param name="Count">By which the plural form is chosen; absent for text.</param>
internal readonly record struct Filling(string Name, string Text, long? Count)
{
    public static implicit operator Filling((string Name, string Text) pair) => new(pair.Name, pair.Text, null);

    public static implicit operator Filling((string Name, int Count) pair) => new(pair.Name, pair.Count.ToString(CultureInfo.InvariantCulture), pair.Count);

    public static implicit operator Filling((string Name, long Count) pair) => new(pair.Name, pair.Count.ToString(CultureInfo.InvariantCulture), pair.Count);
}
