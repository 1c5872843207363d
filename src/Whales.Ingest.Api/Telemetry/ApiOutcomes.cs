using Whales.Contracts;

namespace Whales.Ingest.Api.Telemetry;

/// <summary>How the broker took a command.</summary>
public enum PublishOutcome
{
    Confirmed,

    /// <summary>The broker refused it.</summary>
    Nacked,

    /// <summary>No queue took it: mandatory commands come back.</summary>
    Returned,

    Timeout,

    /// <summary>The connection broke or was not there.</summary>
    Failed,
}

/// <summary>Label values of <c>outcome</c>.</summary>
internal static class ApiOutcomes
{
    public static readonly string[] Publishes = ["confirmed", "nacked", "returned", "timeout", "failed"];

    public static readonly string[] Results = ["identified", "unknown_individual", "not_a_cetacean", "failed", "canceled", "expired"];

    /// <summary>By the broker (x-delivery-limit and the like), and by a worker that could not handle the message.</summary>
    public static readonly string[] DeadLetters = ["broker", "worker"];
    public static readonly string[] RetentionKinds = ["row", "photo", "batch", "dead_letter", "audit"];

    public static string Of(PublishOutcome outcome) => Publishes[(int)outcome];

    public static string Of(IdentificationStatus status, Decision? decision) => (status, decision) switch
    {
        (IdentificationStatus.Succeeded, Decision.Identified) => "identified",
        (IdentificationStatus.Succeeded, Decision.NotACetacean) => "not_a_cetacean",
        (IdentificationStatus.Succeeded, _) => "unknown_individual",
        (IdentificationStatus.Canceled, _) => "canceled",
        (IdentificationStatus.Expired, _) => "expired",
        _ => "failed",
    };
}
