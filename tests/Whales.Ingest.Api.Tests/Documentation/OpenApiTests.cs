using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Nodes;
using Whales.Contracts;
using Whales.Ingest.Api.Models;
using Whales.Ingest.Api.Storage;
using Whales.Ingest.Api.Tests.Batches;
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
                "delete /session", "delete /v1/batches/{id}", "delete /v1/dead-letters", "delete /v1/dead-letters/{id}", "delete /v1/identifications", "delete /v1/identifications/{id}",
                "delete /v1/individuals/{id}", "delete /v1/individuals/{id}/photos/{photoId}",
                "get /session", "get /v1/audit", "get /v1/batches", "get /v1/batches/{id}", "get /v1/batches/{id}/events", "get /v1/batches/{id}/results", "get /v1/catalogue",
                "get /v1/dead-letters", "get /v1/dead-letters/{id}", "get /v1/dead-letters/{id}/body",
                "get /v1/identifications", "get /v1/identifications/{id}", "get /v1/identifications/{id}/export",
                "get /v1/identifications/{id}/faults", "get /v1/identifications/{id}/image", "get /v1/individuals", "get /v1/individuals/{id}", "get /v1/individuals/{id}/photos",
                "get /v1/individuals/{id}/photos/{photoId}", "get /v1/individuals/{id}/photos/{photoId}/image", "get /v1/models",
                "patch /v1/individuals/{id}",
                "post /session", "post /v1/batches", "post /v1/batches/{id}/cancel", "post /v1/dead-letters/{id}/replay", "post /v1/identifications", "post /v1/identifications/retry",
                "post /v1/identifications/{id}/cancel", "post /v1/identifications/{id}/retry",
                "post /v1/individuals", "post /v1/individuals/{id}/photos",
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
        // An estimate needs somebody who works.
        foreach (var model in new[] { IngestServer.Model, IngestServer.OtherModel })
            _server.ModelStates.States[model] = new ModelStatus { State = ModelState.Ready, Workers = 1, SecondsPerPhoto = 0.1 };

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
    public async Task Document_BatchExamples_AreAcceptedAndAnswersHaveTheExamplesShape()
    {
        var document = await DocumentAsync();
        var operation = document["paths"]!["/v1/batches"]!["post"]!.AsObject();
        using var form = new MultipartFormDataContent
        {
            { TestPhotos.Content(ZipBuilder.Of(("a.jpg", TestPhotos.Jpeg(seed: 77)), ("notes.txt", "text"u8.ToArray()))), "files", "flight-2026-04-11.zip" },
        };
        using var request = new HttpRequestMessage(HttpMethod.Post, WithExamples("/v1/batches", operation, "query")) { Content = form };
        AddHeaders(request, operation, except: "Prefer");

        using var accepted = await _server.Client.SendAsync(request);

        var answer = JsonNode.Parse(await accepted.Content.ReadAsStringAsync())!.AsObject();
        Assert.Equal(HttpStatusCode.Accepted, accepted.StatusCode);
        Assert.Equal(Shape(Example(operation, "202")), Shape(answer));
        Assert.Equal((string?)Example(operation, "202")["rejected"]![0]!["message"], (string?)answer["rejected"]![0]!["message"]);
        foreach (var header in Headers(operation, "202").Except(["Idempotent-Replayed"]))
            Assert.True(accepted.Headers.Contains(header), header);

        foreach (var row in await _server.Store.ListAsync(new IdentificationFilter { BatchId = (Guid)answer["id"]!, Limit = 10 }, CancellationToken.None))
            await _server.CompleteAsync(row.Id, IdentificationStatus.Succeeded);
        var get = document["paths"]!["/v1/batches/{id}"]!["get"]!.AsObject();
        using var read = await _server.Client.GetAsync($"/v1/batches/{answer["id"]}");
        Assert.Equal(Shape(Example(get, "200")), Shape(JsonNode.Parse(await read.Content.ReadAsStringAsync())!));
        var list = document["paths"]!["/v1/batches"]!["get"]!.AsObject();
        using var listed = await _server.Client.GetAsync("/v1/batches");
        Assert.Equal(Shape(Example(list, "200")["items"]), Shape(JsonNode.Parse(await listed.Content.ReadAsStringAsync())!["items"]));
    }

    [Fact]
    public async Task Document_ExampleQueries_AreAnswered()
    {
        var document = await DocumentAsync();
        foreach (var (path, method) in new[] { (Path, "get"), ("/v1/individuals", "get"), ("/v1/catalogue", "get"), ("/v1/models", "get"), ($"{Path}/retry", "post"), (Path, "delete"), ("/v1/batches", "get"), ("/v1/audit", "get"), ("/v1/dead-letters", "get"), ("/v1/dead-letters", "delete") })
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
        Assert.Equal(29, read);
    }

    [Fact]
    public async Task Document_ExamplesOfTheDefaultModel_AreAsItsManifestSays()
    {
        var document = await DocumentAsync();

        var model = Example(Operation(document, "/v1/models"), "200")[0]!;
        Assert.Equal((IngestServer.Model, "7", "fast"), ((string?)model["name"], (string?)model["version"], (string?)model["tier"]));
        var finished = Example(Operation(document, $"{Path}/{{id}}"), "200");
        Assert.Equal((IngestServer.Model, "7"), ((string?)finished["model"], (string?)finished["modelVersion"]));
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
        JsonArray a when a[0]!.AsObject().ContainsKey("hasCatalogue") => typeof(CatalogueInfo[]),
        JsonArray => typeof(ModelInfo[]),
        JsonObject o when o.ContainsKey("items") => typeof(Page<>).MakeGenericType(TypeOf(o["items"]![0]!)),
        JsonObject o when o.ContainsKey("actor") => typeof(AuditEntry),
        JsonObject o when o.ContainsKey("reason") || o.ContainsKey("headers") => typeof(DeadLetter),
        JsonObject o when o.ContainsKey("at") => typeof(AttemptFault),
        JsonObject o when o.ContainsKey("individualId") => typeof(IndividualPhoto),
        JsonObject o when o.ContainsKey("embeddings") => typeof(Individual),
        JsonObject o when o.ContainsKey("rejectedCount") => typeof(Batch),
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

    private static JsonObject Operation(JsonNode document, string path, string method = "get") => document["paths"]![path]![method]!.AsObject();

    private static JsonNode Parameter(JsonNode document, string path, string method, string name) =>
        Parameters(Operation(document, path, method)).Single(p => (string?)p["name"] == name);

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
