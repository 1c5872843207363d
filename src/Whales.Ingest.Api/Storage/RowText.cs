using Whales.Contracts;

namespace Whales.Ingest.Api.Storage;

/// <summary>States and lanes as they stand in the table: the words of the HTTP interface, so that an operator can read it.</summary>
internal static class RowText
{
    public static string Of(IdentificationStatus status) => status switch
    {
        IdentificationStatus.Queued => "queued",
        IdentificationStatus.Succeeded => "succeeded",
        IdentificationStatus.Failed => "failed",
        IdentificationStatus.Canceled => "canceled",
        IdentificationStatus.Expired => "expired",
        _ => throw new ArgumentOutOfRangeException(nameof(status), status, null),
    };

    public static IdentificationStatus Status(string text) => text switch
    {
        "queued" => IdentificationStatus.Queued,
        "succeeded" => IdentificationStatus.Succeeded,
        "failed" => IdentificationStatus.Failed,
        "canceled" => IdentificationStatus.Canceled,
        "expired" => IdentificationStatus.Expired,
        _ => throw new InvalidDataException($"The table has a status that this release does not know: {text}."),
    };

    public static string Of(Lane lane) => lane switch
    {
        Contracts.Lane.Interactive => "interactive",
        Contracts.Lane.Bulk => "bulk",
        _ => throw new ArgumentOutOfRangeException(nameof(lane), lane, null),
    };

    public static Lane Lane(string text) => text switch
    {
        "interactive" => Contracts.Lane.Interactive,
        "bulk" => Contracts.Lane.Bulk,
        _ => throw new InvalidDataException($"The table has a lane that this release does not know: {text}."),
    };
}
