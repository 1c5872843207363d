using System.Text.RegularExpressions;

namespace Whales.Testing.Monitoring;

/// <summary>Series that a healthy system on a machine of ours does not have, by name: unanswered.tsv, a pattern and a reason a line.</summary>
public static class Unanswered
{
    private static readonly IReadOnlyList<(string Where, Regex Pattern, string Reason)> Entries =
    [
        .. File.ReadAllLines(Path.Combine(MonitoringFiles.Folder, "unanswered.tsv"))
            .Where(line => line.Length > 0 && !line.StartsWith('#'))
            .Select(line => line.Split('\t') is [var where, var pattern, { Length: > 10 } reason]
                ? (where, new Regex(pattern), reason)
                : throw new InvalidDataException($"unanswered.tsv wants where, pattern and reason, with tabs: {line}")),
    ];

    /// <summary>Why <paramref name="selector"/> has no answer in this kind of system; null when it should have one.</summary>
    /// <param name="selector">A selector.</param>
    /// <param name="system">standalone or distributed.</param>
    public static string? Why(string selector, string system) =>
        Entries.FirstOrDefault(entry => (entry.Where == "both" || entry.Where == system) && entry.Pattern.IsMatch(selector)).Reason;
}
