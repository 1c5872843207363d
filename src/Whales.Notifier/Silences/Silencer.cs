using Whales.Notifier.Alerts;

namespace Whales.Notifier.Silences;

/// <summary>Silences what a message shows: exactly its alerts, or every alert of its name.</summary>
internal sealed class Silencer(AlertmanagerClient alertmanager, TimeProvider time)
{
    /// <summary>More alerts than this are not silenced one by one: each is a silence of its own.</summary>
    public const int MaxAlerts = 50;

    /// <summary>One silence for each alert that fires, with all its labels: a new alert of the same name is still told.</summary>
    public Task<SilenceResult> ExactlyAsync(IReadOnlyList<AlertmanagerPayload> groups, TimeSpan length, string by, string comment, CancellationToken cancellation)
    {
        var sets = groups.SelectMany(group => group.Alerts).Where(alert => alert.Status == AlertStatus.Firing)
            .GroupBy(alert => alert.Fingerprint, StringComparer.Ordinal).Select(same => Matchers(same.First().Labels)).ToList();
        return MakeAsync(sets, length, by, comment, cancellation);
    }

    /// <summary>One silence for each name that fires.</summary>
    public Task<SilenceResult> NamesAsync(IReadOnlyList<AlertmanagerPayload> groups, TimeSpan length, string by, string comment, CancellationToken cancellation)
    {
        var names = groups.SelectMany(group => group.Alerts).Where(alert => alert.Status == AlertStatus.Firing && alert.Name.Length > 0)
            .Select(alert => alert.Name).Distinct(StringComparer.Ordinal)
            .Select(name => (IReadOnlyList<SilenceMatcher>)[new SilenceMatcher(AlertLabels.AlertName, name)]).ToList();
        return MakeAsync(names, length, by, comment, cancellation);
    }

    public async Task EndAsync(IReadOnlyList<string> ids, CancellationToken cancellation)
    {
        foreach (var id in ids)
            await alertmanager.EndSilenceAsync(id, cancellation);
    }

    private async Task<SilenceResult> MakeAsync(
        List<IReadOnlyList<SilenceMatcher>> sets, TimeSpan length, string by, string comment, CancellationToken cancellation)
    {
        if (sets.Count == 0)
            return SilenceResult.NothingFires;
        if (sets.Count > MaxAlerts)
            return SilenceResult.TooMany;
        var now = time.GetUtcNow();
        var until = now + length;
        var ids = new List<string>();
        try
        {
            foreach (var matchers in sets)
                ids.Add(await alertmanager.SilenceAsync(new NewSilence(matchers, now, until, by, comment), cancellation));
        }
        catch (AlertmanagerException)
        {
            // All or nothing: the person is told that it failed, so nothing may be silent.
            await TakeBackAsync(ids);
            throw;
        }

        return new SilenceResult(ids, until, null);
    }

    private async Task TakeBackAsync(List<string> ids)
    {
        try
        {
            await EndAsync(ids, CancellationToken.None);
        }
        catch (AlertmanagerException)
        {
            // It does not answer at all any more; what was made ends by itself.
        }
    }

    private static IReadOnlyList<SilenceMatcher> Matchers(IReadOnlyDictionary<string, string> labels) =>
        [.. labels.Where(label => label.Value.Length > 0).OrderBy(label => label.Key, StringComparer.Ordinal).Select(label => new SilenceMatcher(label.Key, label.Value))];
}

/// <summary>What was silenced, or why nothing was.</summary>
internal sealed record SilenceResult(IReadOnlyList<string> Ids, DateTimeOffset Until, SilenceRefusal? Refusal)
{
    public static SilenceResult NothingFires { get; } = new([], default, SilenceRefusal.NothingFires);

    public static SilenceResult TooMany { get; } = new([], default, SilenceRefusal.TooMany);
}

internal enum SilenceRefusal
{
    NothingFires,
    TooMany,
}
