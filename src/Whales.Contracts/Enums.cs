using System.Text.Json.Serialization;

namespace Whales.Contracts;

/// <summary>Where an identification stands. All but <see cref="Queued"/> are final for their attempt.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<IdentificationStatus>))]
public enum IdentificationStatus
{
    [JsonStringEnumMemberName("queued")] Queued,
    [JsonStringEnumMemberName("succeeded")] Succeeded,
    [JsonStringEnumMemberName("failed")] Failed,
    [JsonStringEnumMemberName("canceled")] Canceled,
    [JsonStringEnumMemberName("expired")] Expired,
}

/// <summary>What the model concluded. Every value is a success: the system answered.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<Decision>))]
public enum Decision
{
    /// <summary>The best candidate reached the model's match threshold.</summary>
    [JsonStringEnumMemberName("identified")] Identified,

    /// <summary>A cetacean, but no known individual reached the match threshold.</summary>
    [JsonStringEnumMemberName("unknown_individual")] UnknownIndividual,

    /// <summary>The model's cetacean gate saw no whale or dolphin.</summary>
    [JsonStringEnumMemberName("not_a_cetacean")] NotACetacean,
}

/// <summary>Which queue a photo waits in: people before bulk work.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<Lane>))]
public enum Lane
{
    [JsonStringEnumMemberName("interactive")] Interactive,
    [JsonStringEnumMemberName("bulk")] Bulk,
}

/// <summary>The state of one model on one worker.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ModelState>))]
public enum ModelState
{
    [JsonStringEnumMemberName("loading")] Loading,
    [JsonStringEnumMemberName("ready")] Ready,
    [JsonStringEnumMemberName("failed")] Failed,
    [JsonStringEnumMemberName("unloaded")] Unloaded,
}
