using System.Text.Json;
using System.Text.Json.Serialization;

namespace Whales.Notifier.Alerts;

/// <summary>Whether an alert, or a group of them, is still true.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<AlertStatus>))]
internal enum AlertStatus
{
    [JsonStringEnumMemberName("firing")] Firing,
    [JsonStringEnumMemberName("resolved")] Resolved,
}

/// <summary>One alert as Alertmanager tells it. Values are raw: whoever shows them escapes them.</summary>
internal sealed record Alert
{
    public required AlertStatus Status { get; init; }

    public required IReadOnlyDictionary<string, string> Labels { get; init; }

    public IReadOnlyDictionary<string, string> Annotations { get; init; } = new Dictionary<string, string>();

    public required DateTimeOffset StartsAt { get; init; }

    /// <summary>When it ended; absent while it fires (Alertmanager then sends the year 1).</summary>
    public DateTimeOffset? EndsAt { get; init; }

    /// <summary>The expression in Prometheus; empty when there was none.</summary>
    public string GeneratorUrl { get; init; } = "";

    /// <summary>Alertmanager's hash of the labels; made from them here when the sender had none.</summary>
    public required string Fingerprint { get; init; }

    /// <summary>Members that we do not know, as they came.</summary>
    public IReadOnlyDictionary<string, JsonElement>? Unknown { get; init; }

    [JsonIgnore]
    public string Name => Labels.GetValueOrDefault(AlertLabels.AlertName, "");
}
