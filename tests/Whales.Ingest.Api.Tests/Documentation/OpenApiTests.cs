using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Nodes;
using Whales.Contracts;
using Whales.Ingest.Api.Tests.Hosting;

namespace Whales.Ingest.Api.Tests.Documentation;

public sealed class OpenApiTests(IngestServerFixture fixture) : IClassFixture<IngestServerFixture>
{
    private const string Path = "/v1/identifications";
    private static readonly JsonSerializerOptions Strict = new(JsonSerializerOptions.Web)
    {
        UnmappedMemberHandling = System.Text.Json.Serialization.JsonUnmappedMemberHandling.Disallow,
    };

    private readonly IngestServer _server = fixture.Server;

    [Fact]
    public async Task Document_AllOperations_AreThereWithSummaries()
    {
        var document = await DocumentAsync();

        Assert.StartsWith("3.1", (string?)document["openapi"], StringComparison.Ordinal);
        var operations = document["paths"]!.AsObject()
            .SelectMany(path => path.Value!.AsObject().Select(o => $"{o.Key} {path.Key}")).Order(StringComparer.Ordinal);
        Assert.Equal(
            [
                "delete /session", "delete /v1/identifications", "delete /v1/identifications/{id}", "get /session", "get /v1/identifications", "get /v1/identifications/{id}",
                "get /v1/identifications/{id}/image", "get /v1/models", "post /session", "post /v1/identifications", "post /v1/identifications/retry",
                "post /v1/identifications/{id}/cancel", "post /v1/identifications/{id}/retry",
            ],
            operations);
        Assert.All(Operations(document), o => Assert.False(string.IsNullOrEmpty((string?)o["summary"])));
        Assert.All(Operations(document).SelectMany(Parameters), p => Assert.False(string.IsNullOrEmpty((string?)p["description"]), (string?)p["name"]));
    }

    [Fact]
    public async Task Document_Parameters_SayTheirRanges()
    {
        var document = await DocumentAsync();

        var limit = Parameter(document, Path, "get", "limit")["schema"]!;
        Assert.Equal(("integer", 1, 200, 50), ((string?)limit["type"], (int)limit["minimum"]!, (int)limit["maximum"]!, (int)limit["default"]!));
        var wait = Parameter(document, $"{Path}/{{id}}", "get", "wait")["schema"]!;
        Assert.Equal((0, 60), ((int)wait["minimum"]!, (int)wait["maximum"]!));
        var expiresIn = Parameter(document, Path, "post", "expiresIn")["schema"]!;
        Assert.Equal((0, 604_800), ((int)expiresIn["exclusiveMinimum"]!, (int)expiresIn["maximum"]!));
    }

    [Fact]
    public async Task Document_RequestExamples_AreAcceptedAndAnswersHaveTheExamplesShape()
    {
        var document = await DocumentAsync();
        var operation = document["paths"]![Path]!["post"]!.AsObject();
        using var request = new HttpRequestMessage(HttpMethod.Post, WithExamples(Path, operation, "query")) { Content = TestPhotos.Form(TestPhotos.Jpeg(), "DSC_0412.jpg") };
        AddHeaders(request, operation, except: "Prefer");

        using var accepted = await _server.Client.SendAsync(request);

        var answer = JsonNode.Parse(await accepted.Content.ReadAsStringAsync())!.AsObject();
        Assert.Equal(HttpStatusCode.Accepted, accepted.StatusCode);
        Assert.Equal(Shape(Example(operation, "202")), Shape(answer));
        foreach (var header in Headers(operation, "202").Except(["Idempotent-Replayed"]))
            Assert.True(accepted.Headers.Contains(header), header);

        await _server.CompleteAsync((Guid)answer["id"]!, IdentificationStatus.Succeeded);
        var get = document["paths"]![$"{Path}/{{id}}"]!["get"]!.AsObject();
        using var read = await _server.Client.GetAsync($"{Path}/{answer["id"]}");
        Assert.Equal(Shape(Example(get, "200")), Shape(JsonNode.Parse(await read.Content.ReadAsStringAsync())!));
    }

    [Fact]
    public async Task Document_ExampleQueries_AreAnswered()
    {
        var document = await DocumentAsync();
        foreach (var (path, method) in new[] { (Path, "get"), ("/v1/models", "get"), ($"{Path}/retry", "post"), (Path, "delete") })
        {
            var operation = document["paths"]![path]![method]!.AsObject();
            using var request = new HttpRequestMessage(HttpMethod.Parse(method), WithExamples(path, operation, "query"));
            using var response = await _server.Client.SendAsync(request);
            Assert.True(response.IsSuccessStatusCode, $"{method} {request.RequestUri}: {await response.Content.ReadAsStringAsync()}");
        }
    }

    [Fact]
    public async Task Document_AnswerExamples_AreReadByTheContracts()
    {
        var document = await DocumentAsync();
        var read = 0;
        foreach (var operation in Operations(document))
        {
            foreach (var (status, response) in operation["responses"]!.AsObject())
            {
                if (response!["content"]?["application/json"]?["example"] is not { } example)
                    continue;
                Assert.NotNull(JsonSerializer.Deserialize(example, TypeOf(example), Strict));
                read++;
                _ = status;
            }
        }
        Assert.Equal(11, read);
    }

    [Fact]
    public async Task Document_EveryErrorExample_HasAKnownCode()
    {
        var codes = Operations(await DocumentAsync())
            .SelectMany(o => o["responses"]!.AsObject())
            .Select(r => r.Value!["content"]?["application/problem+json"]?["examples"]?.AsObject())
            .OfType<JsonObject>()
            .SelectMany(e => e.Select(x => (Name: x.Key, Code: (string?)x.Value!["value"]!["code"])))
            .ToList();

        Assert.All(codes, c => Assert.Contains(c.Code, ErrorCodes.All));
        Assert.All(codes, c => Assert.Equal(c.Name, c.Code));
        foreach (var code in new[] { ErrorCodes.EmptyFile, ErrorCodes.TooLarge, ErrorCodes.UnsupportedMedia, ErrorCodes.IdempotencyMismatch, ErrorCodes.Unavailable, ErrorCodes.InvalidState })
            Assert.Contains(code, codes.Select(c => c.Code));
    }

    [Fact]
    public async Task Docs_Page_IsServedFromHere()
    {
        using var page = await _server.Client.GetAsync("/");
        Assert.Equal(HttpStatusCode.OK, page.StatusCode);
        Assert.Equal("/docs/index.html", page.RequestMessage?.RequestUri?.AbsolutePath);
        var html = await page.Content.ReadAsStringAsync();
        Assert.DoesNotContain("https://", html, StringComparison.Ordinal);
        using var script = await _server.Client.GetAsync("/docs/swagger-ui-bundle.js");
        Assert.Equal(HttpStatusCode.OK, script.StatusCode);
    }

    private static Type TypeOf(JsonNode example) => example switch
    {
        JsonArray => typeof(ModelInfo[]),
        JsonObject o when o.ContainsKey("items") => typeof(Page<Identification>),
        JsonObject o when o.ContainsKey("keyRequired") => typeof(Session),
        JsonObject o when o.ContainsKey("count") => typeof(ChangedCount),
        _ => typeof(Identification),
    };

    /// <summary>Names at every depth, in order; of an array its first item.</summary>
    private static string Shape(JsonNode? node) => node switch
    {
        JsonObject o => "{" + string.Join(",", o.Select(p => p.Key + Shape(p.Value))) + "}",
        JsonArray a => "[" + Shape(a.FirstOrDefault()) + "]",
        _ => "",
    };

    private static string WithExamples(string path, JsonObject operation, string place) =>
        path + "?" + string.Join("&", Parameters(operation)
            .Where(p => (string?)p["in"] == place && p["example"] is not null)
            .Select(p => $"{p["name"]}={Uri.EscapeDataString(p["example"]!.ToString())}"));

    private static void AddHeaders(HttpRequestMessage request, JsonObject operation, string except)
    {
        foreach (var header in Parameters(operation).Where(p => (string?)p["in"] == "header" && (string?)p["name"] != except))
            request.Headers.Add((string)header["name"]!, header["example"]!.ToString());
    }

    private static JsonNode Example(JsonObject operation, string status) => operation["responses"]![status]!["content"]!["application/json"]!["example"]!;

    private static IEnumerable<string> Headers(JsonObject operation, string status) => operation["responses"]![status]!["headers"]!.AsObject().Select(h => h.Key);

    private static JsonNode Parameter(JsonNode document, string path, string method, string name) =>
        Parameters(document["paths"]![path]![method]!.AsObject()).Single(p => (string?)p["name"] == name);

    private static IEnumerable<JsonNode> Parameters(JsonObject operation) => operation["parameters"]?.AsArray().OfType<JsonNode>() ?? [];

    private static IEnumerable<JsonObject> Operations(JsonNode document) =>
        document["paths"]!.AsObject().SelectMany(p => p.Value!.AsObject().Select(o => o.Value!.AsObject()));

    private async Task<JsonNode> DocumentAsync()
    {
        using var response = await _server.Client.GetAsync("/openapi/v1.json");
        Assert.Equal(MediaTypeHeaderValue.Parse("application/json").MediaType, response.Content.Headers.ContentType?.MediaType);
        return JsonNode.Parse(await response.Content.ReadAsStringAsync())!;
    }
}
