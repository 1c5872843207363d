using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Whales.Contracts;
using Whales.Hosting;
using Whales.Hosting.Images;
using Whales.Hosting.Messaging;
using Whales.Hosting.Security;
using Whales.Ingest.Api.Storage;
using Whales.Ingest.Api.Tests.Hosting;
using Whales.Notifier;
using Whales.Testing;

namespace Whales.Ingest.Api.Tests.Security;

/// <summary>Who may call what.</summary>
public sealed class AccessTests
{
    private const string NoId = "01936b7e-5f2c-7d3a-9c41-2f6f0a9d8e11";

    /// <summary>A route that somebody adds and forgets to give a rule fails here; nobody can call it meanwhile.</summary>
    [Theory]
    [InlineData(null)]
    [InlineData("Notifier:WebhookToken")]
    [InlineData("Telegram:BotToken")]
    public async Task Endpoints_OfTheApiAndOfStandalone_EachHaveARuleAndItStandsInTheDocument(string? notifier)
    {
        await using var app = Build(notifier);
        var document = await File.ReadAllLinesAsync(System.IO.Path.Combine(Repository.Root, "docs", "security.md"), TestContext.Current.CancellationToken);

        var endpoints = ((IEndpointRouteBuilder)app).DataSources.SelectMany(source => source.Endpoints).OfType<RouteEndpoint>().ToList();

        Assert.True(endpoints.Count > 15, $"{endpoints.Count} endpoints");
        string[] ofTheNotifier = notifier switch
        {
            null => [],
            // Without a bot's token: a dry run.
            "Notifier:WebhookToken" => ["POST /webhook", "POST /webhook/alertmanager/{route}", "GET /debug/outbox"],
            _ => ["POST /webhook", "POST /webhook/alertmanager/{route}", "POST /telegram/updates"],
        };
        Assert.Equal(ofTheNotifier, endpoints.Select(Name).Where(name => name.Contains("webhook", StringComparison.Ordinal) || name.Contains("debug", StringComparison.Ordinal) || name.Contains("telegram", StringComparison.Ordinal)));
        var forgotten = endpoints.Where(endpoint => endpoint.Metadata.GetMetadata<AccessRule>() is null).Select(Name).ToList();
        Assert.Empty(forgotten);
        var table = endpoints.Select(endpoint => $"| `{Name(endpoint)}` | {endpoint.Metadata.GetMetadata<AccessRule>()!.Words} |").Distinct().ToList();
        var undocumented = table.Where(line => !document.Any(documented => documented.StartsWith(line, StringComparison.Ordinal))).ToList();
        Assert.Empty(undocumented);

        static string Name(RouteEndpoint endpoint)
        {
            var methods = endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods ?? ["GET"];
            return $"{string.Join(' ', methods.Where(method => method != "HEAD"))} /{endpoint.RoutePattern.RawText?.Trim('/')}";
        }
    }

    [Fact]
    public async Task Endpoint_WithoutARule_AnswersNobody()
    {
        await using var keyed = await KeyedServer.StartAsync(map: app => app.MapGet("/v1/forgotten", () => "everything"));

        foreach (var client in new[] { keyed.Alice, keyed.Cora, keyed.Oscar })
        {
            using var response = await client.GetAsync("/v1/forgotten");
            await response.ProblemAsync(403, ErrorCodes.Forbidden);
        }
        using var stranger = await keyed.Stranger.GetAsync("/v1/forgotten");
        await stranger.ProblemAsync(401, ErrorCodes.Unauthorized);
    }

    [Theory]
    [InlineData("GET", "/v1/identifications")]
    [InlineData("GET", $"/v1/identifications/{NoId}")]
    [InlineData("GET", $"/v1/identifications/{NoId}/image")]
    [InlineData("POST", "/v1/identifications")]
    [InlineData("POST", "/v1/identifications/retry")]
    [InlineData("DELETE", $"/v1/identifications/{NoId}")]
    [InlineData("DELETE", "/v1/identifications?status=failed")]
    [InlineData("GET", "/v1/models")]
    [InlineData("GET", "/models")]
    [InlineData("POST", "/session")]
    [InlineData("GET", "/v1/nothing")]
    [InlineData("PUT", "/v1/identifications")]
    public async Task Request_WithoutAKey_IsUnauthorized(string method, string path)
    {
        await using var keyed = await KeyedServer.StartAsync();
        using var request = new HttpRequestMessage(new HttpMethod(method), path);

        using var response = await keyed.Stranger.SendAsync(request);

        await response.ProblemAsync(401, ErrorCodes.Unauthorized);
        Assert.Contains("X-Api-Key", response.Headers.WwwAuthenticate.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("whales_")]
    [InlineData("whales_0000000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("alice")]
    [InlineData("' or '1'='1")]
    public async Task Request_WrongKey_IsUnauthorizedAndNothingIsStored(string key)
    {
        await using var keyed = await KeyedServer.StartAsync();
        using var client = keyed.Stranger;
        client.DefaultRequestHeaders.TryAddWithoutValidation("X-Api-Key", key);

        using var response = await KeyedServer.PostAsync(client);

        await response.ProblemAsync(401, ErrorCodes.Unauthorized);
        Assert.Empty(keyed.Server.StoredFiles());
    }

    [Fact]
    public async Task Request_KeyNearlyRightOrTwiceOrTooLong_IsUnauthorized()
    {
        await using var keyed = await KeyedServer.StartAsync();
        var key = keyed.KeyOf("alice");
        foreach (var wrong in new[] { key[..^1], key + "0", key.ToUpperInvariant(), key + new string(' ', 3) + "x", new string('a', 10_000) })
        {
            using var response = await keyed.With(wrong).GetAsync("/v1/models");
            await response.ProblemAsync(401, ErrorCodes.Unauthorized);
        }
        using var twice = keyed.With(key);
        twice.DefaultRequestHeaders.Add("X-Api-Key", keyed.KeyOf("oscar"));
        using var answer = await twice.GetAsync("/v1/models");
        await answer.ProblemAsync(401, ErrorCodes.Unauthorized);
    }

    [Theory]
    [InlineData("oscar", "POST", "/v1/identifications", "submit")]
    [InlineData("alice", "POST", "/v1/identifications/retry", "operate")]
    [InlineData("alice", "DELETE", "/v1/identifications?status=failed", "operate")]
    [InlineData("cora", "DELETE", "/v1/identifications?status=failed", "operate")]
    public async Task Request_KeyWithoutTheScope_IsForbiddenAndSaysWhich(string who, string method, string path, string scope)
    {
        await using var keyed = await KeyedServer.StartAsync();
        using var request = new HttpRequestMessage(new HttpMethod(method), path);

        using var response = await keyed.Client(who).SendAsync(request);

        Assert.Contains($"scope {scope}", await response.ProblemAsync(403, ErrorCodes.Forbidden), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/health", HttpStatusCode.OK)]
    [InlineData("/health/live", HttpStatusCode.OK)]
    [InlineData("/health/ready", HttpStatusCode.OK)]
    [InlineData("/metrics", HttpStatusCode.OK)]
    [InlineData("/openapi/v1.json", HttpStatusCode.OK)]
    [InlineData("/docs/index.html", HttpStatusCode.OK)]
    [InlineData("/session", HttpStatusCode.OK)]
    public async Task Get_OpenToAll_NeedsNoKey(string path, HttpStatusCode expected)
    {
        await using var keyed = await KeyedServer.StartAsync();

        using var response = await keyed.Stranger.GetAsync(path);

        Assert.Equal(expected, response.StatusCode);
    }

    [Fact]
    public async Task Request_WithAKey_IsAnsweredByAnyHostName()
    {
        await using var keyed = await KeyedServer.StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/models") { Headers = { Host = "whales.example" } };

        using var response = await keyed.Alice.SendAsync(request);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Fact]
    public async Task Request_UnknownPathOrMethodWithAKey_IsToldSo()
    {
        await using var keyed = await KeyedServer.StartAsync();

        using var path = await keyed.Alice.GetAsync("/v1/nothing");
        using var method = await keyed.Alice.PutAsync("/v1/identifications", null);

        await path.ProblemAsync(404, ErrorCodes.NotFound);
        await method.ProblemAsync(405, ErrorCodes.MethodNotAllowed);
    }

    /// <summary>The API as its host makes it, or with a notifier as Standalone does; not started.</summary>
    private static WebApplication Build(string? notifier)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { EnvironmentName = "Production", Args = ["--hostBuilder:reloadConfigOnChange=false"] });
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?> { ["Models:Folder"] = System.IO.Path.Combine(Repository.Root, "models") });
        if (notifier is not null)
        {
            builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
            {
                [notifier] = "123456:secret-of-nobody",
                ["Telegram:WebhookUrl"] = "https://whales.example/telegram/updates",
                ["Telegram:WebhookSecret"] = "a-secret-of-nobody",
            });
            builder.AddNotifier();
        }

        builder.AddWhalesDefaults("api");
        builder.AddIdentificationStore();
        builder.AddImageStore();
        builder.AddIngest();
        builder.AddWhalesMessaging(bus => bus.AddIngestConsumers(), inMemory: true);
        var app = builder.Build();
        app.MapWhalesDefaults();
        app.MapIngest();
        if (notifier is not null)
            app.MapNotifier();
        return app;
    }
}
