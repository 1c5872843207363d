using Whales.Contracts;

namespace Whales.Ingest.Api.Identifications;

/// <summary>The names of <see cref="IdentificationStatus"/> as JSON has them, for queries and ETags.</summary>
internal static class StatusNames
{
    public static IReadOnlyList<string> All { get; } = [.. Enum.GetValues<IdentificationStatus>().Select(Of)];

    public static string Of(IdentificationStatus status) => status switch
    {
        IdentificationStatus.Queued => "queued",
        IdentificationStatus.Succeeded => "succeeded",
        IdentificationStatus.Failed => "failed",
        IdentificationStatus.Canceled => "canceled",
        IdentificationStatus.Expired => "expired",
        _ => throw new ArgumentOutOfRangeException(nameof(status), status, null),
    };

    public static bool TryParse(string name, out IdentificationStatus status)
    {
        foreach (var value in Enum.GetValues<IdentificationStatus>())
        {
            if (Of(value) == name)
            {
                status = value;
                return true;
            }
        }
        status = default;
        return false;
    }
}
