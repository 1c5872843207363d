using System.Globalization;
using Whales.Contracts;
using Whales.Ingest.Api.Errors;
using Whales.Ingest.Api.Storage;

namespace Whales.Ingest.Api.Identifications;

/// <summary>The query parameters by which identifications are chosen; a misspelt one is refused, since it would choose too many.</summary>
internal static class ListFilters
{
    public static IdentificationStatus? Status(string? text)
    {
        if (text is null)
            return null;
        return StatusNames.TryParse(text, out var status)
            ? status
            : throw RequestRefusedException.Malformed($"status must be one of {string.Join(", ", StatusNames.All)}.");
    }

    // Rows outlive their model's folder: any well-formed name will do.
    public static string? Model(string? text) => text is null || Names.IsModel(text)
        ? text
        : throw RequestRefusedException.Malformed("model must be 1 to 64 characters of a-z, 0-9 and _.");

    public static Guid? BatchId(string? text)
    {
        if (text is null)
            return null;
        return Guid.TryParseExact(text, "D", out var id) ? id : throw RequestRefusedException.Malformed("batchId must be an id such as 01936b7e-5f2c-7d3a-9c41-2f6f0a9d8e11.");
    }

    public static string? Code(string? text) => text is null || FailureCodes.All.Contains(text)
        ? text
        : throw RequestRefusedException.Malformed($"code must be one of {string.Join(", ", FailureCodes.All)}.");

    /// <summary>An RFC 3339 time; one without an offset could mean any hour.</summary>
    public static DateTimeOffset? Time(string name, string? text)
    {
        if (text is null)
            return null;
        return text.Length >= 20 && text[10] is 'T' or 't' && (text[^1] is 'Z' or 'z' || text[^6] is '+' or '-')
            && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.None, out var time)
                ? time
                : throw RequestRefusedException.Malformed($"{name} must be a time such as 2026-11-22T09:30:00Z or 2026-11-22T10:30:00+01:00 (in a query, + is written %2B).");
    }

    /// <summary>The smallest id of this time.</summary>
    public static Guid? FirstId(string name, string? text) => Time(name, text) is { } time ? IdTimes.First(time) : null;

    public static Guid? Cursor(string? text)
    {
        if (text is null)
            return null;
        return ListCursor.TryRead(text, out var last) ? last : throw RequestRefusedException.Malformed("cursor must be a nextCursor of an earlier answer, unchanged.");
    }
}
