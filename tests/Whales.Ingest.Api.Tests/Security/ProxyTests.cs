using Microsoft.Extensions.Options;
using Whales.Contracts;
using Whales.Ingest.Api.Tests.Hosting;

namespace Whales.Ingest.Api.Tests.Security;

/// <summary>What a proxy forwards is believed of the proxies that were named, and of nobody else.</summary>
public sealed class ProxyTests
{
    [Theory]
    [InlineData(null, "203.0.113.9", "127.0.0.1")]
    [InlineData("127.0.0.1", "203.0.113.9", "203.0.113.9")]
    [InlineData("127.0.0.0/8", "203.0.113.9", "203.0.113.9")]
    [InlineData("127.0.0.1", "198.51.100.1, 203.0.113.9", "203.0.113.9")]
    [InlineData("10.0.0.5", "203.0.113.9", "127.0.0.1")]
    public async Task ForwardedFor_IsTheAddressOnlyBehindATrustedProxy(string? trusted, string forwarded, string address)
    {
        await using var keyed = await KeyedServer.StartAsync(trusted is null ? [] : new() { ["Proxies:Trusted:0"] = trusted });
        var id = await KeyedServer.AcceptedAsync(keyed.Alice);
        using var client = keyed.Alice;
        client.DefaultRequestHeaders.Add("X-Forwarded-For", forwarded);

        using var response = await client.PostAsync($"{IngestServer.Path}/{id}/cancel", null);

        Assert.Equal(IdentificationStatus.Canceled, (await response.JsonAsync<Identification>()).Status);
        Assert.Contains(keyed.Server.Logs.Lines, line => line.Contains($"canceled by alice ({address}).", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Trusted_NoAddress_EndsTheHost() =>
        Assert.Contains("Proxies:Trusted", (await Assert.ThrowsAsync<OptionsValidationException>(
            () => KeyedServer.StartAsync(new() { ["Proxies:Trusted:0"] = "the proxy" }))).Message, StringComparison.Ordinal);
}
