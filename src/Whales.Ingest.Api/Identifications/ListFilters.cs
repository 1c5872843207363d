using Whales.Contracts;
using Whales.Ingest.Api.Errors;

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

    public static Guid? Cursor(string? text)
    {
        if (text is null)
            return null;
        return ListCursor.TryRead(text, out var last) ? last : throw RequestRefusedException.Malformed("cursor must be a nextCursor of an earlier answer, unchanged.");
    }
}
