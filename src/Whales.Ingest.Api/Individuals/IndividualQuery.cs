using System.Buffers.Text;
using System.Globalization;
using System.Text;
using Whales.Ingest.Api.Errors;
using Whales.Ingest.Api.Identifications;

namespace Whales.Ingest.Api.Individuals;

/// <summary>Query parameters of lists, and their cursors: the last id shown, in letters that need no escape.</summary>
internal static class IndividualQuery
{
    private const int MostName = 100;

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public static int Limit(string? limit)
    {
        if (limit is null)
            return ReadEndpoints.DefaultLimit;
        return int.TryParse(limit, NumberStyles.None, CultureInfo.InvariantCulture, out var size) && size is >= 1 and <= ReadEndpoints.MaxLimit
            ? size
            : throw RequestRefusedException.Malformed($"limit must be a whole number from 1 to {ReadEndpoints.MaxLimit}.");
    }

    public static string? Name(string? name) => name is null || name.Length is > 0 and <= MostName && !name.Any(char.IsControl)
        ? name
        : throw RequestRefusedException.Malformed($"name must be 1 to {MostName} characters.");

    public static string WriteCursor(string lastId) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(lastId));

    public static string Cursor(string? cursor)
    {
        if (cursor is null)
            return "";
        try
        {
            var id = Strict.GetString(Base64Url.DecodeFromChars(cursor));
            if (id.Length is > 0 and <= 400 && !id.Contains('\0', StringComparison.Ordinal))
                return id;
        }
        catch (Exception e) when (e is FormatException or ArgumentException)
        {
        }

        throw RequestRefusedException.Malformed("cursor must be a nextCursor of an earlier answer, unchanged.");
    }

    /// <summary>In lists of photos the cursor is that of identifications: the last id and a check sum.</summary>
    public static Guid PhotoCursor(string? cursor) => ListFilters.Cursor(cursor) ?? Guid.Empty;
}
