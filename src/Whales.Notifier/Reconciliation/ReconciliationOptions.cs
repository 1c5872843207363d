using System.ComponentModel.DataAnnotations;

namespace Whales.Notifier.Reconciliation;

/// <summary>Comparing what messages say with what Alertmanager lists, where Alertmanager:Url is set. Section <c>Reconciliation</c>.</summary>
public sealed class ReconciliationOptions
{
    public const string SectionName = "Reconciliation";

    /// <summary>In <see cref="Receivers"/>: a receiver that is no business of the notifier's.</summary>
    public const string NotOurs = "none";

    /// <summary>How often the two are compared. Default 1 min.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "01:00:00")]
    public TimeSpan Interval { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>
    /// How long Alertmanager must have been up to be believed, an alert must fire before its missing message is sent, and an alert that
    /// vanished from the list may wait for its webhook. Longer than Alertmanager's longest group_interval. Default 10 min.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "1.00:00:00")]
    public TimeSpan Settle { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>
    /// The routes of Alertmanager's receivers, by the receiver's name; <c>none</c> for one that does not send to the notifier. Receivers called
    /// default, critical or warning, also with telegram- before it, need not be given. Default none.
    /// </summary>
    public IDictionary<string, string> Receivers { get; } = new Dictionary<string, string>(StringComparer.Ordinal);
}
