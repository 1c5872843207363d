using Microsoft.AspNetCore.Http.HttpResults;
using Whales.Contracts;
using Whales.Hosting.Security;
using Whales.Ingest.Api.Documentation;

namespace Whales.Ingest.Api.Security;

/// <summary>/session: a key, typed once into a web page, becomes a cookie that the page's scripts cannot read.</summary>
public static class SessionEndpoints
{
    internal const string Path = "/session";

    public static RouteGroupBuilder MapSession(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup(Path).WithTags("Session");
        group.MapGet("", Get)
            .WithName("GetSession")
            .WithSummary("Who the server takes you for")
            .WithDescription("Tells a page whether a key is needed, and whether it has one already.")
            .RequiresNoKey()
            .Describe(Describe.Session);
        group.MapPost("", Create)
            .WithName("CreateSession")
            .WithSummary("Keep the key of this request in a cookie")
            .WithDescription("Send the key as X-Api-Key. The cookie is HttpOnly and SameSite=Strict and ends with the browser; with it, changes are taken from pages of this server alone.")
            .RequiresAnyKey()
            .Describe(Describe.Session);
        group.MapDelete("", Delete)
            .WithName("DeleteSession")
            .WithSummary("Forget the cookie")
            .RequiresNoKey()
            .Describe(Describe.EndSession);
        return group;
    }

    private static Ok<Session> Get(HttpContext http, ApiKeys keys)
    {
        var caller = http.Caller();
        http.Response.Headers.CacheControl = "no-store";
        return TypedResults.Ok(new Session
        {
            KeyRequired = keys.Required,
            Name = caller.Name.Length > 0 ? caller.Name : null,
            Scopes = Scopes.Of(caller.Scopes),
        });
    }

    private static Ok<Session> Create(HttpContext http, ApiKeys keys)
    {
        // The cookie is the key itself: valid on every replica and after a restart, and void with the key.
        if (keys.Required && http.Request.Headers[ApiKeys.Header] is [{ } key])
            http.Response.Cookies.Append(ApiKeys.Cookie, key, CookieOptions(http));
        return Get(http, keys);
    }

    private static NoContent Delete(HttpContext http)
    {
        http.Response.Cookies.Delete(ApiKeys.Cookie, CookieOptions(http));
        return TypedResults.NoContent();
    }

    private static CookieOptions CookieOptions(HttpContext http) => new()
    {
        HttpOnly = true,
        SameSite = SameSiteMode.Strict,
        Secure = http.Request.IsHttps,
        Path = "/",
        IsEssential = true,
    };
}
