namespace Whales.Notifier.Reconciliation;

/// <summary>
/// What was seen from look to look. One look proves nothing: a webhook may be on its way. So an alert is over, or untold, when two looks in
/// a row say so; and one that was listed before and vanished gets the time in which Alertmanager tells its end itself.
/// </summary>
internal sealed class Sightings(TimeSpan settle)
{
    private Dictionary<string, DateTimeOffset> _missing = new(StringComparer.Ordinal);
    private HashSet<(string Chat, string Fingerprint)> _untold = [];
    private HashSet<string> _listed = new(StringComparer.Ordinal);

    /// <summary>Nothing that was seen counts any more.</summary>
    public void Forget()
    {
        _missing.Clear();
        _untold.Clear();
    }

    /// <summary>Of the alerts that messages show as firing, those that are over, with when they were first missed.</summary>
    public IReadOnlyDictionary<string, DateTimeOffset> Over(IEnumerable<string> shown, IReadOnlySet<string> listed, DateTimeOffset now)
    {
        var missing = shown.Where(alert => !listed.Contains(alert)).Distinct(StringComparer.Ordinal).ToDictionary(alert => alert, alert => _missing.GetValueOrDefault(alert, now));
        var over = missing.Where(alert => now - alert.Value >= settle || (alert.Value < now && !_listed.Contains(alert.Key))).ToDictionary(StringComparer.Ordinal);
        _missing = missing;
        // Those that vanished are remembered as long as a message shows them.
        _listed = [.. listed, .. _listed.Where(missing.ContainsKey)];
        return over;
    }

    /// <summary>Of the alerts that a chat has no message of, those that it had none of at the look before either.</summary>
    public IReadOnlySet<(string Chat, string Fingerprint)> Untold(IEnumerable<(string Chat, string Fingerprint)> alerts)
    {
        var now = alerts.ToHashSet();
        var again = now.Where(_untold.Contains).ToHashSet();
        _untold = now;
        return again;
    }
}
