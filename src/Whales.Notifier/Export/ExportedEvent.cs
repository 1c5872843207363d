using Whales.Notifier.Alerts;
using Whales.Notifier.Messages;

namespace Whales.Notifier.Export;

/// <summary>One line of the export: a group of alerts, failures of a kind, or another notice, as one chat was told it.</summary>
internal sealed record ExportedEvent
{
    /// <summary>alerts, failures or notice.</summary>
    public required string What { get; init; }

    public required string Chat { get; init; }

    /// <summary>critical, warning, info or none.</summary>
    public required string Severity { get; init; }

    public required DateTimeOffset OpenedAt { get; init; }

    public DateTimeOffset? ChangedAt { get; init; }

    /// <summary>Absent while it goes on.</summary>
    public DateTimeOffset? ClosedAt { get; init; }

    /// <summary>When its message was last sent or edited; absent when it never was.</summary>
    public DateTimeOffset? SentAt { get; init; }

    /// <summary>Telegram's number of the message.</summary>
    public long? MessageId { get; init; }

    public string? GroupKey { get; init; }

    public IReadOnlyList<ExportedAlert>? Alerts { get; init; }

    /// <summary>Alerts of the group that nobody kept.</summary>
    public int? MoreAlerts { get; init; }

    public FailureSummary? Failures { get; init; }

    public Notice? Notice { get; init; }

    public Acknowledgement? Acknowledged { get; init; }

    public SilenceNote? Silenced { get; init; }

    public Flapping? Flapping { get; init; }

    public Escalation? Escalation { get; init; }
}

internal sealed record ExportedAlert(
    string Name, AlertStatus Status, DateTimeOffset StartsAt, DateTimeOffset? EndsAt, string Summary, IReadOnlyDictionary<string, string> Labels, string Fingerprint)
{
    public static ExportedAlert Of(Alert alert) =>
        new(alert.Name, alert.Status, alert.StartsAt, alert.EndsAt, alert.Annotations.GetValueOrDefault(AlertLabels.Summary, ""), alert.Labels, alert.Fingerprint);
}
