using System.Text.Json;

namespace Whales.Notifier.Alerts;

/// <summary>The body of an Alertmanager webhook, version 4: the alerts of one group. Read it with <see cref="AlertmanagerPayloadParser"/>.</summary>
internal sealed record AlertmanagerPayload
{
    /// <summary>Always 4.</summary>
    public string Version { get; init; } = "4";

    /// <summary>Names the group: the same for its first message, its repeats and its end.</summary>
    public required string GroupKey { get; init; }

    /// <summary>Alerts of the group that Alertmanager left out of <see cref="Alerts"/> (max_alerts).</summary>
    public int TruncatedAlerts { get; init; }

    /// <summary>Firing while any alert fires; a firing group may hold resolved alerts.</summary>
    public required AlertStatus Status { get; init; }

    public string Receiver { get; init; } = "";

    public IReadOnlyDictionary<string, string> GroupLabels { get; init; } = new Dictionary<string, string>();

    public IReadOnlyDictionary<string, string> CommonLabels { get; init; } = new Dictionary<string, string>();

    public IReadOnlyDictionary<string, string> CommonAnnotations { get; init; } = new Dictionary<string, string>();

    /// <summary>Where people reach the Alertmanager that sent it; may be a name that only its machine knows.</summary>
    public string ExternalUrl { get; init; } = "";

    /// <summary>At least one.</summary>
    public required IReadOnlyList<Alert> Alerts { get; init; }

    /// <summary>Members that we do not know (newer Alertmanagers have more), as they came.</summary>
    public IReadOnlyDictionary<string, JsonElement>? Unknown { get; init; }
}
