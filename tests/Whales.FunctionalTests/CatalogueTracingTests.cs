using System.Net;
using System.Net.Http.Headers;
using Whales.Contracts;
using Whales.FunctionalTests.Running;
using Whales.Testing;
using Whales.Testing.Tracing;

namespace Whales.FunctionalTests;

/// <summary>A catalogue photo's trace, as whole as that of a photo to be identified: <see cref="TracingTests"/>.</summary>
public sealed class CatalogueTracingTests
{
    private const string ClientSpan = "b7ad6b7169203331";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly string[] Stages = ["queue", "fetch", "decode", "batch wait", "inference", "publish"];

    [Fact]
    public async Task CataloguePhoto_WithAClientsTraceparent_IsOneTraceFromPostToResult()
    {
        await using var collector = await OtlpCollector.StartAsync();
        await using var system = await StandaloneSystem.StartAsync(TestPictures.WriteQuickModel, new Dictionary<string, string?>
        {
            ["Tracing__OtlpEndpoint"] = collector.Endpoint,
            // The client decides.
            ["Tracing__SampleRatio"] = "0",
            ["OTEL_BSP_SCHEDULE_DELAY"] = "200",
        });
        await system.Client.AddAnimalAsync("onyx");
        var trace = Guid.NewGuid().ToString("n");

        var added = await AddPhotoAsync(system.Client, trace);
        var photo = await system.Client.SettledAsync(added);
        Assert.Equal(EmbeddingStatus.Embedded, Assert.Single(photo.Embeddings).Status);
        await Eventually.UntilAsync(
            () => Task.FromResult(collector.SpansOf(trace).Count >= 4 + Stages.Length && Batch() is not null), Patience,
            () => $"the spans arrive; there are {string.Join(", ", collector.Spans.Select(span => span.Name))}");

        var spans = collector.SpansOf(trace);
        var post = Only("POST /v1/individuals/{id}/photos", ClientSpan);
        var send = Only("send", post.SpanId);
        var embed = Only("embed", send.SpanId);
        Assert.Contains($"whales.photo_id={photo.Id}", embed.Text, StringComparison.Ordinal);
        foreach (var stage in Stages)
            Only(stage, embed.SpanId);
        Only("result", embed.SpanId);
        Assert.Equal((Batch()!.TraceId, Batch()!.SpanId), Assert.Single(spans.Single(span => span.Name == "inference").Links));

        OtlpSpan Only(string name, string parent)
        {
            var span = Assert.Single(spans, span => span.Name == name);
            Assert.Equal(parent, span.ParentId);
            return span;
        }

        OtlpSpan? Batch() => collector.Spans.FirstOrDefault(span => span.Name == "batch" && span.Links.Any(link => link.TraceId == trace));
    }

    private static async Task<IndividualPhoto> AddPhotoAsync(ApiClient client, string trace)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri("v1/individuals/onyx/photos", UriKind.Relative));
        request.Headers.Add("traceparent", $"00-{trace}-{ClientSpan}-01");
        request.Content = new ByteArrayContent(TestPictures.Red) { Headers = { ContentType = new MediaTypeHeaderValue("image/png") } };
        using var response = await client.Http.SendAsync(request);
        return await ApiClient.ReadAsync<IndividualPhoto>(response, HttpStatusCode.Created);
    }
}
