using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;
using Whales.Hosting.Security;
using Whales.Ingest.Api.Security;
using Whales.Ingest.Api.Tests.Hosting;

namespace Whales.Ingest.Api.Tests.Security;

/// <summary>Without keys only this machine may reach the API.</summary>
public sealed class KeysOrLoopbackTests
{
    [Theory]
    [InlineData("urls", "http://127.0.0.1:8000", true)]
    [InlineData("urls", "http://localhost:8000;http://[::1]:8000", true)]
    [InlineData("urls", "http://127.0.0.1:8000;http://192.168.0.7:8000", false)]
    [InlineData("urls", "http://0.0.0.0:8000", false)]
    [InlineData("urls", "http://[::]:8000", false)]
    [InlineData("urls", "http://*:8000", false)]
    [InlineData("urls", "http://+:8000", false)]
    [InlineData("urls", "http://whales.example:8000", false)]
    [InlineData("Kestrel:Endpoints:Https:Url", "https://0.0.0.0:443", false)]
    [InlineData("Kestrel:Endpoints:Https:Url", "https://127.0.0.1:443", true)]
    public void Validate_WithoutKeys_TakesLoopbackAlone(string setting, string value, bool allowed)
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection([new("urls", "http://127.0.0.1:8000")])
            .AddInMemoryCollection([new(setting, value)])
            .Build();

        var withoutKeys = new KeysOrLoopback(configuration).Validate(null, new ApiKeysOptions());
        var withKeys = new KeysOrLoopback(configuration).Validate(null, new ApiKeysOptions { Keys = ApiKey.Make("alice", Scope.Submit).Key.Line });

        Assert.Equal(allowed, withoutKeys.Succeeded);
        Assert.True(withKeys.Succeeded);
        if (!allowed)
            Assert.Contains("make-key", withoutKeys.FailureMessage, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_KeysThatCannotBeRead_EndsAndNamesTheEntry()
    {
        var failure = await Assert.ThrowsAsync<OptionsValidationException>(() => IngestServer.StartAsync(new() { ["ApiKeys:Keys"] = "alice:submit:secret" }));

        Assert.Contains("ApiKeys:Keys, entry 1", failure.Message, StringComparison.Ordinal);
    }
}
