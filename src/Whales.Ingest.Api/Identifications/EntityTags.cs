using System.Globalization;
using Microsoft.Net.Http.Headers;
using Whales.Ingest.Api.Storage;

namespace Whales.Ingest.Api.Identifications;

/// <summary>ETags. An attempt has one queued and at most one final state, so attempt and status name a version of an identification.</summary>
internal static class EntityTags
{
    public static EntityTagHeaderValue Of(IdentificationRow row) =>
        new(string.Create(CultureInfo.InvariantCulture, $"\"{row.Attempt}-{StatusNames.Of(row.Status)}\""));

    public static EntityTagHeaderValue OfPhoto(IdentificationRow row, bool withPosition) => new($"\"{row.Sha256}{(withPosition ? "-position" : "")}\"");

    /// <summary>True when the client's If-None-Match has this version already.</summary>
    public static bool IsKnown(HttpRequest request, EntityTagHeaderValue tag)
    {
        foreach (var known in request.GetTypedHeaders().IfNoneMatch)
        {
            if (known.Equals(EntityTagHeaderValue.Any) || known.Compare(tag, useStrongComparison: false))
                return true;
        }
        return false;
    }

    /// <summary>Sets ETag and Cache-Control: a client may keep its own copy, but asks before it uses it again.</summary>
    public static void Set(HttpResponse response, EntityTagHeaderValue tag)
    {
        response.Headers.ETag = tag.ToString();
        response.Headers.CacheControl = "private, no-cache";
    }
}
