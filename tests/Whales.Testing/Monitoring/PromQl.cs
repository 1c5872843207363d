using System.Text.RegularExpressions;

namespace Whales.Testing.Monitoring;

/// <summary>As much of Prometheus' query language as it takes to find the series that a query selects.</summary>
public static partial class PromQl
{
    private static readonly HashSet<string> Words = new(StringComparer.OrdinalIgnoreCase)
    {
        "and", "or", "unless", "by", "without", "on", "ignoring", "group_left", "group_right", "bool", "offset", "atan2",
        "inf", "nan", "sum", "min", "max", "avg", "count", "group", "topk", "bottomk", "quantile", "stddev", "stdvar", "count_values",
    };

    /// <summary>The selectors of an expression, such as <c>up{job="rabbitmq"}</c>, without their ranges.</summary>
    public static IReadOnlyList<string> Selectors(string expression)
    {
        // Labels in parentheses after a word are no series, and neither are texts outside a selector's braces.
        var bare = Lists().Replace(expression, " ");
        return
        [
            .. from Match match in Candidate().Matches(bare)
               let name = match.Groups["name"].Value
               let braces = match.Groups["braces"].Value
               where match.Groups["text"].Length == 0
               where name.Length == 0 ? braces.Length > 0 : braces.Length > 0 || (!Words.Contains(name) && !Call().IsMatch(bare[(match.Index + match.Length)..]))
               select name + braces,
        ];
    }

    [GeneratedRegex(@"\b(by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)", RegexOptions.IgnoreCase)]
    private static partial Regex Lists();

    // A text, a range, or a name with or without braces (whose texts may hold braces of their own).
    [GeneratedRegex("""(?<text>"(?:[^"\\]|\\.)*"|\[[^\]]*\]|(?<![A-Za-z_:])[0-9][0-9.eE]*[a-z]*)|(?<name>[A-Za-z_:][A-Za-z0-9_:]*)?(?<braces>\{(?:[^"{}]|"(?:[^"\\]|\\.)*")*\})|(?<name>[A-Za-z_:][A-Za-z0-9_:]*)""")]
    private static partial Regex Candidate();

    [GeneratedRegex(@"\A\s*\(")]
    private static partial Regex Call();
}
