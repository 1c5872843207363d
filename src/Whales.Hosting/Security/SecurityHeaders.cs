using Microsoft.AspNetCore.Http;

namespace Whales.Hosting.Security;

/// <summary>
/// Headers that tell a browser how little it may do with our answers. An endpoint that needs more (a page) sets its own
/// Content-Security-Policy, which stays.
/// </summary>
public static class SecurityHeaders
{
    /// <summary>For answers that are data: nothing in them is run or loaded, and no page may frame them.</summary>
    public const string DataPolicy = "default-src 'none'; frame-ancestors 'none'";

    internal static void Set(IHeaderDictionary headers)
    {
        headers.TryAdd("X-Content-Type-Options", "nosniff");
        headers.TryAdd("Content-Security-Policy", DataPolicy);
        // For browsers that do not know frame-ancestors.
        headers.TryAdd("X-Frame-Options", "DENY");
        headers.TryAdd("Referrer-Policy", "no-referrer");
        headers.TryAdd("Cross-Origin-Resource-Policy", "same-origin");
        headers.TryAdd("Cross-Origin-Opener-Policy", "same-origin");
    }
}
