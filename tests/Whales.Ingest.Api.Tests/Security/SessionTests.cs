using System.Net;
using Whales.Contracts;
using Whales.Ingest.Api.Tests.Hosting;

namespace Whales.Ingest.Api.Tests.Security;

/// <summary>A web page: the key becomes a cookie.</summary>
public sealed class SessionTests
{
    private const string Cookie = "whales-key";

    [Fact]
    public async Task Create_WithAKey_GivesACookieThatScriptsAndOtherSitesCannotUse()
    {
        await using var keyed = await KeyedServer.StartAsync();

        using var response = await keyed.Cora.PostAsync("/session", null);

        var session = await response.JsonAsync<Session>();
        Assert.Equal((true, "cora"), (session.KeyRequired, session.Name));
        Assert.Equal(["submit", "curate"], session.Scopes);
        var cookie = Assert.Single(response.Headers.GetValues("Set-Cookie"));
        Assert.Equal($"{Cookie}={keyed.KeyOf("cora")}; path=/; samesite=strict; httponly", cookie);
    }

    [Fact]
    public async Task Create_BehindAProxyWithTls_GivesASecureCookie()
    {
        await using var keyed = await KeyedServer.StartAsync(new() { ["Proxies:Trusted:0"] = "127.0.0.1" });
        using var client = keyed.Cora;
        client.DefaultRequestHeaders.Add("X-Forwarded-Proto", "https");

        using var response = await client.PostAsync("/session", null);

        Assert.Contains("; secure;", Assert.Single(response.Headers.GetValues("Set-Cookie")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("same", HttpStatusCode.Accepted)]
    [InlineData("https://whales.example", HttpStatusCode.Accepted)]
    [InlineData(null, HttpStatusCode.Forbidden)]
    [InlineData("null", HttpStatusCode.Forbidden)]
    [InlineData("https://evil.example", HttpStatusCode.Forbidden)]
    [InlineData("http://localhost:1", HttpStatusCode.Forbidden)]
    public async Task Post_WithTheCookie_MustComeFromAPageOfThisServer(string? origin, HttpStatusCode expected)
    {
        await using var keyed = await KeyedServer.StartAsync(new() { ["Ingest:AllowedOrigins:0"] = "https://whales.example" });
        using var browser = Browser(keyed, keyed.KeyOf("alice"));
        if (origin is not null)
            browser.DefaultRequestHeaders.Add("Origin", origin == "same" ? keyed.Server.Address.GetLeftPart(UriPartial.Authority) : origin);

        using var response = await KeyedServer.PostAsync(browser);

        Assert.Equal(expected, response.StatusCode);
        Assert.Equal(expected == HttpStatusCode.Accepted ? 1 : 0, (await keyed.Server.RowsAsync()).Count);
    }

    [Fact]
    public async Task Get_WithTheCookie_SeesTheKeysRows()
    {
        await using var keyed = await KeyedServer.StartAsync();
        var id = await KeyedServer.AcceptedAsync(keyed.Alice);
        using var browser = Browser(keyed, keyed.KeyOf("alice"));

        Assert.Equal([id], await KeyedServer.ListAsync(browser));
        using var session = await browser.GetAsync("/session");
        Assert.Equal("alice", (await session.JsonAsync<Session>()).Name);
    }

    [Fact]
    public async Task Get_WithoutAKey_SaysThatOneIsNeeded()
    {
        await using var keyed = await KeyedServer.StartAsync();
        using var browser = Browser(keyed, "whales_of_yesterday");

        foreach (var client in new[] { keyed.Stranger, browser })
        {
            using var response = await client.GetAsync("/session");
            var session = await response.JsonAsync<Session>();
            Assert.Equal((true, null), (session.KeyRequired, session.Name));
            Assert.Empty(session.Scopes);
        }
    }

    [Fact]
    public async Task Get_WhereKeysAreOff_SaysThatNoneIsNeeded()
    {
        await using var server = await IngestServer.StartAsync();

        using var response = await server.Client.PostAsync("/session", null);

        var session = await response.JsonAsync<Session>();
        Assert.Equal((false, null), (session.KeyRequired, session.Name));
        Assert.Equal(["submit", "curate", "operate"], session.Scopes);
        Assert.False(response.Headers.Contains("Set-Cookie"));
    }

    [Fact]
    public async Task Delete_Session_TakesTheCookieAway()
    {
        await using var keyed = await KeyedServer.StartAsync();

        using var response = await keyed.Alice.DeleteAsync("/session");

        Assert.Equal(HttpStatusCode.NoContent, response.StatusCode);
        Assert.StartsWith($"{Cookie}=; expires=Thu, 01 Jan 1970", Assert.Single(response.Headers.GetValues("Set-Cookie")), StringComparison.Ordinal);
    }

    private static HttpClient Browser(KeyedServer keyed, string key)
    {
        var browser = keyed.Stranger;
        browser.DefaultRequestHeaders.Add("Cookie", $"{Cookie}={key}");
        return browser;
    }
}
