using System.Text.RegularExpressions;
using Whales.Testing;

namespace Whales.Deployment.Tests;

/// <summary>What the repository says of itself: its settings, models and images.</summary>
internal static partial class Documented
{
    /// <summary>Environment names of docs/settings.md, which another test holds to the code; list items by their first.</summary>
    public static IReadOnlySet<string> Settings { get; } =
        SettingPattern().Matches(File.ReadAllText(PathOf("docs/settings.md"))).Select(match => match.Groups[1].Value).ToHashSet(StringComparer.Ordinal);

    public static IReadOnlyList<string> Models { get; } =
        [.. Directory.GetDirectories(PathOf("models")).Where(folder => File.Exists(Path.Combine(folder, "model.json"))).Select(folder => Path.GetFileName(folder)!).Order(StringComparer.Ordinal)];

    /// <summary>Names of the stages of the Dockerfile.</summary>
    public static IReadOnlySet<string> Targets { get; } =
        StagePattern().Matches(File.ReadAllText(PathOf("Dockerfile"))).Select(match => match.Groups[1].Value).ToHashSet(StringComparer.Ordinal);

    public static string PathOf(string relative) => Path.Combine(Repository.Root, relative);

    /// <summary>True for <c>Section__Name</c>, <c>Section__List__3</c>, <c>Section__Map__name__Item</c> and their <c>_FILE</c> forms when the setting is documented.</summary>
    public static bool IsSetting(string variable)
    {
        var name = variable.EndsWith("_FILE", StringComparison.Ordinal) ? variable[..^"_FILE".Length] : variable;
        return Settings.Contains(name) || Settings.Contains(ItemPattern().Replace(name, "__0")) || Settings.Contains(NamePattern().Replace(name, "__NAME__"));
    }

    [GeneratedRegex(@"`([A-Za-z]+(?:_?_[A-Za-z0-9.]+)+)`")]
    private static partial Regex SettingPattern();

    [GeneratedRegex(@"^FROM \S+ AS (\S+)", RegexOptions.Multiline)]
    private static partial Regex StagePattern();

    [GeneratedRegex(@"__\d+(?=__|$)")]
    private static partial Regex ItemPattern();

    // Names that an operator chooses are written small.
    [GeneratedRegex(@"__[a-z0-9]+__")]
    private static partial Regex NamePattern();
}
