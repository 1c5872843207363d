using System.Net;
using System.Text.Json;
using RabbitMQ.Client;
using Whales.Contracts;
using Whales.FunctionalTests.Running;
using Whales.Testing;
using Whales.Testing.Images;
using Whales.Testing.Models;

namespace Whales.FunctionalTests;

/// <summary>What other programs rely on, as it goes over the wire: whoever changes a member's name changes it here and knows whom it breaks.</summary>
public sealed class ContractTests
{
    private const int MostBytes = 2_000;
    private const string LongModel = "colours_with_a_name_of_sixty_four_characters_the_longest_allowed";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Messages_OnTheWire_HaveThesePartsAndAreBelowTwoKilobytes()
    {
        Assert.Equal(64, LongModel.Length);
        await using var cluster = await Cluster.StartAsync(
            folder => TestModels.Write(folder, new TestModel { Name = LongModel, HasCetaceanGate = true }));
        await using var queues = await QueueClient.ConnectAsync(cluster.Broker);
        var identified = await queues.ListenAsync("Whales.Contracts:WhaleIdentified");
        var failed = await queues.ListenAsync("Whales.Contracts:WhaleIdentificationFailed");

        await PostAsync(cluster.Client, TestPictures.Red);
        var command = await TakeAsync(queues, Names.Queue(LongModel));
        await PostAsync(cluster.Client, TestPictures.Red);
        await PostAsync(cluster.Client, TestPhotos.Truncated(TestPhotos.Jpeg()));
        await cluster.StartWorkerAsync();

        AssertShape("IdentifyWhale", command, """
            { "attempt": 0, "expiresAt": "time", "fileName": "", "identificationId": "uuid", "imageKey": "", "lane": "interactive", "model": "",
              "region": { "height": 0, "rotation": 0, "width": 0, "x": 0, "y": 0 }, "submittedAt": "time" }
            """);
        AssertShape("WhaleIdentified", await TakeAsync(queues, identified), """
            { "attempt": 0, "candidates": [ { "individualId": "", "name": "", "score": 0, "species": "" } ], "catalogueVersion": "",
              "cetaceanScore": 0, "decision": "identified", "identificationId": "uuid", "model": "", "modelVersion": "",
              "timings": { "batchSize": 0, "batchWaitMs": 0, "inferenceMs": 0, "matchMs": 0, "preprocessMs": 0, "queueMs": 0, "totalMs": 0 }, "worker": "" }
            """);
        AssertShape("WhaleIdentificationFailed", await TakeAsync(queues, failed), """
            { "attempt": 0, "code": "corrupted_image", "identificationId": "uuid", "message": "", "model": "", "occurredAt": "time", "worker": "" }
            """);
    }

    [Fact]
    public async Task OpenApi_OfARunningHost_IsOf31AndHasEveryRoute()
    {
        await using var system = await StandaloneSystem.StartAsync(TestPictures.WriteQuickModel);

        using var document = JsonDocument.Parse(await system.Client.Http.GetStringAsync(new Uri("openapi/v1.json", UriKind.Relative)));

        Assert.StartsWith("3.1.", document.RootElement.GetProperty("openapi").GetString(), StringComparison.Ordinal);
        var operations = document.RootElement.GetProperty("paths").EnumerateObject()
            .SelectMany(path => path.Value.EnumerateObject().Select(operation => $"{operation.Name.ToUpperInvariant()} {path.Name}")).Order(StringComparer.Ordinal);
        Assert.Equal(
            [
                "DELETE /session",
                "DELETE /v1/batches/{id}",
                "DELETE /v1/dead-letters",
                "DELETE /v1/dead-letters/{id}",
                "DELETE /v1/identifications",
                "DELETE /v1/identifications/{id}",
                "DELETE /v1/individuals/{id}",
                "DELETE /v1/individuals/{id}/photos/{photoId}",
                "GET /session",
                "GET /v1/audit",
                "GET /v1/batches",
                "GET /v1/batches/{id}",
                "GET /v1/batches/{id}/events",
                "GET /v1/batches/{id}/results",
                "GET /v1/catalogue",
                "GET /v1/dead-letters",
                "GET /v1/dead-letters/{id}",
                "GET /v1/dead-letters/{id}/body",
                "GET /v1/identifications",
                "GET /v1/identifications/{id}",
                "GET /v1/identifications/{id}/export",
                "GET /v1/identifications/{id}/faults",
                "GET /v1/identifications/{id}/image",
                "GET /v1/individuals",
                "GET /v1/individuals/{id}",
                "GET /v1/individuals/{id}/photos",
                "GET /v1/individuals/{id}/photos/{photoId}",
                "GET /v1/individuals/{id}/photos/{photoId}/image",
                "GET /v1/models",
                "PATCH /v1/individuals/{id}",
                "POST /session",
                "POST /v1/batches",
                "POST /v1/batches/{id}/cancel",
                "POST /v1/dead-letters/{id}/replay",
                "POST /v1/identifications",
                "POST /v1/identifications/retry",
                "POST /v1/identifications/{id}/cancel",
                "POST /v1/identifications/{id}/retry",
                "POST /v1/individuals",
                "POST /v1/individuals/{id}/photos",
            ],
            operations);
    }

    /// <summary>Everything that makes a message longer: the longest file name of letters that JSON escapes, a region, a deadline.</summary>
    private static async Task PostAsync(ApiClient client, byte[] photo)
    {
        using var file = new ByteArrayContent(photo);
        using var form = new MultipartFormDataContent();
        form.Add(file, "file", new string('鯨', 300) + ".jpg");
        var query = $"v1/identifications?model={LongModel}&expiresIn=600&region=0.123456,0.123456,0.654321,0.654321,123.456";
        using var response = await client.Http.PostAsync(new Uri(query, UriKind.Relative), form);
        await ApiClient.ReadAsync<Identification>(response, HttpStatusCode.Accepted);
    }

    private static Task<BasicGetResult> TakeAsync(QueueClient queues, string queue) =>
        Eventually.GetAsync(() => queues.TakeAsync(queue), message => message is not null, Patience, $"a message in {queue}")!;

    private static void AssertShape(string type, BasicGetResult message, string shape)
    {
        Assert.True(message.Body.Length < MostBytes, $"{type} has {message.Body.Length} bytes");
        using var envelope = JsonDocument.Parse(message.Body);
        Assert.Equal($"urn:message:Whales.Contracts:{type}", envelope.RootElement.GetProperty("messageType")[0].GetString());
        using var expected = JsonDocument.Parse(shape);
        Assert.Equal(ShapeOf(expected.RootElement), ShapeOf(envelope.RootElement.GetProperty("message")));
    }

    /// <summary>Names in order, kinds of values; the words of enums and codes as they are.</summary>
    private static string ShapeOf(JsonElement value, string name = "") => value.ValueKind switch
    {
        JsonValueKind.Object => $"{{{string.Join(',', value.EnumerateObject().OrderBy(m => m.Name, StringComparer.Ordinal).Select(m => $"{m.Name}:{ShapeOf(m.Value, m.Name)}"))}}}",
        JsonValueKind.Array => $"[{ShapeOf(value[0])}]",
        JsonValueKind.Number => "number",
        _ when name is "lane" or "decision" or "code" => value.GetString()!,
        _ when value.GetString() == "uuid" || Guid.TryParse(value.GetString(), out _) => "uuid",
        _ when value.GetString() == "time" || DateTimeOffset.TryParse(value.GetString(), out _) => "time",
        _ => "text",
    };
}
