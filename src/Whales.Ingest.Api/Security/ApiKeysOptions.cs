using System.ComponentModel.DataAnnotations;

namespace Whales.Ingest.Api.Security;

/// <summary>Who may call the API. Section <c>ApiKeys</c>.</summary>
public sealed class ApiKeysOptions
{
    public const string SectionName = "ApiKeys";

    /// <summary>
    /// The keys: one a line, or <c>;</c> between them, each <c>name:scopes:hash</c> as <c>make-key</c> prints it. Lines that begin with # are
    /// remarks. Two keys with one name own the same rows. Default: none; then only loopback may be listened on.
    /// </summary>
    public string? Keys { get; set; }
}

/// <summary>How much one key, or one address without a key, may ask for. Section <c>Limits</c>. Without keys nothing is limited here: only this machine can call.</summary>
public sealed class LimitsOptions
{
    public const string SectionName = "Limits";

    /// <summary>Requests a minute of one key (or of one address without a valid key), GETs that ask for a state excepted: 1 to 10,000,000; default 12,000.</summary>
    [Range(1, 10_000_000)]
    public int RequestsPerMinute { get; set; } = 12_000;

    /// <summary>Requests that may come at once after a pause: 1 to 1,000,000; default 1,000.</summary>
    [Range(1, 1_000_000)]
    public int Burst { get; set; } = 1_000;

    /// <summary>Photos that one key may send in a day (UTC): 0 (any number) to 1,000,000,000; default 0.</summary>
    [Range(0, 1_000_000_000)]
    public int PhotosPerDay { get; set; }
}

/// <summary>Proxies in front of the API. Section <c>Proxies</c>.</summary>
public sealed class ProxiesOptions
{
    public const string SectionName = "Proxies";

    /// <summary>Addresses or networks (<c>10.0.0.5</c>, <c>10.1.0.0/16</c>) whose X-Forwarded-For and X-Forwarded-Proto are believed. Default: none.</summary>
    public IReadOnlyList<string> Trusted { get; set; } = [];
}
