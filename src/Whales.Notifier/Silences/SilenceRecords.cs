using System.Text.Json.Serialization;
using Whales.Notifier.Alerts;

namespace Whales.Notifier.Silences;

/// <summary>A label that a silence asks for. Alertmanager's own shape.</summary>
internal sealed record SilenceMatcher(
    [property: JsonPropertyName("name")] string Name,
    [property: JsonPropertyName("value")] string Value,
    [property: JsonPropertyName("isRegex")] bool IsRegex = false,
    [property: JsonPropertyName("isEqual")] bool IsEqual = true);

/// <summary>A silence to be made.</summary>
internal sealed record NewSilence(
    [property: JsonPropertyName("matchers")] IReadOnlyList<SilenceMatcher> Matchers,
    [property: JsonPropertyName("startsAt")] DateTimeOffset StartsAt,
    [property: JsonPropertyName("endsAt")] DateTimeOffset EndsAt,
    [property: JsonPropertyName("createdBy")] string CreatedBy,
    [property: JsonPropertyName("comment")] string Comment);

/// <summary>A silence as Alertmanager lists it.</summary>
internal sealed record Silence
{
    [JsonPropertyName("id")]
    public required string Id { get; init; }

    [JsonPropertyName("matchers")]
    public IReadOnlyList<SilenceMatcher> Matchers { get; init; } = [];

    [JsonPropertyName("startsAt")]
    public DateTimeOffset StartsAt { get; init; }

    [JsonPropertyName("endsAt")]
    public DateTimeOffset EndsAt { get; init; }

    [JsonPropertyName("createdBy")]
    public string CreatedBy { get; init; } = "";

    [JsonPropertyName("comment")]
    public string Comment { get; init; } = "";

    [JsonPropertyName("status")]
    public SilenceState Status { get; init; } = new("");
}

/// <summary>pending, active or expired.</summary>
internal sealed record SilenceState([property: JsonPropertyName("state")] string State);

/// <summary>An alert as Alertmanager lists it.</summary>
internal sealed record ListedAlert
{
    [JsonPropertyName("labels")]
    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();

    [JsonPropertyName("annotations")]
    public IReadOnlyDictionary<string, string> Annotations { get; init; } = new Dictionary<string, string>();

    [JsonPropertyName("startsAt")]
    public DateTimeOffset StartsAt { get; init; }

    [JsonPropertyName("fingerprint")]
    public string Fingerprint { get; init; } = "";

    [JsonPropertyName("generatorURL")]
    public string GeneratorUrl { get; init; } = "";

    [JsonPropertyName("status")]
    public ListedStatus Status { get; init; } = new("", [], []);

    public Alert ToAlert() => new()
    {
        Status = AlertStatus.Firing,
        Labels = Labels,
        Annotations = Annotations,
        StartsAt = StartsAt,
        GeneratorUrl = GeneratorUrl,
        Fingerprint = Fingerprint,
    };
}

/// <summary>A group of alerts as Alertmanager lists it: for one receiver.</summary>
internal sealed record ListedGroup
{
    [JsonPropertyName("labels")]
    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();

    [JsonPropertyName("receiver")]
    public ListedReceiver Receiver { get; init; } = new("");

    [JsonPropertyName("alerts")]
    public IReadOnlyList<ListedAlert> Alerts { get; init; } = [];
}

internal sealed record ListedReceiver([property: JsonPropertyName("name")] string Name);

/// <summary>active, suppressed or unprocessed, and by what.</summary>
internal sealed record ListedStatus(
    [property: JsonPropertyName("state")] string State,
    [property: JsonPropertyName("silencedBy")] IReadOnlyList<string> SilencedBy,
    [property: JsonPropertyName("inhibitedBy")] IReadOnlyList<string> InhibitedBy);
