using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Whales.Contracts;
using Whales.FunctionalTests.Running;
using Whales.Testing;
using Whales.Testing.Images;
using Whales.Testing.Tracing;

namespace Whales.FunctionalTests;

/// <summary>A photo's trace through API, RabbitMQ and worker as real processes, to a collector that takes OTLP.</summary>
public sealed class TracingTests
{
    private const string ClientSpan = "b7ad6b7169203331";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly string[] Stages = ["queue", "fetch", "decode", "batch wait", "inference", "match", "publish"];

    [Fact]
    public async Task Photo_WithAClientsTraceparent_IsOneTraceFromPostToResult()
    {
        await using var collector = await OtlpCollector.StartAsync();
        await using var cluster = await Cluster.StartAsync(TestPictures.WriteQuickModel, settings: new Dictionary<string, string?>
        {
            ["Tracing__OtlpEndpoint"] = collector.Endpoint,
            // The client decides: neither its photo nor the batch that it is in is left out.
            ["Tracing__SampleRatio"] = "0",
            ["OTEL_BSP_SCHEDULE_DELAY"] = "200",
        });
        var worker = await cluster.StartWorkerAsync();
        var trace = Guid.NewGuid().ToString("n");

        var accepted = await SubmitAsync(cluster, TestPictures.Red, "image/png", trace);
        await cluster.Client.FinishedAsync(accepted.Id);
        await Eventually.UntilAsync(
            () => Task.FromResult(collector.SpansOf(trace).Count >= 4 + Stages.Length && Batch() is not null), Patience,
            () => $"the spans arrive; there are {string.Join(", ", collector.Spans.Select(span => span.Name))}");

        var spans = collector.SpansOf(trace);
        Assert.Equal(spans.Count, spans.Select(span => span.SpanId).Distinct().Count());
        var post = Only("POST /v1/identifications", "whales-api", ClientSpan);
        var send = Only("send", "whales-api", post.SpanId);
        var identify = Only("identify", "whales-worker", send.SpanId);
        Assert.Contains($"whales.identification_id={accepted.Id}", identify.Text, StringComparison.Ordinal);
        foreach (var stage in Stages)
            Only(stage, "whales-worker", identify.SpanId);
        Only("result", "whales-api", identify.SpanId);
        // The run has a trace of its own, and each knows the other.
        Assert.Equal("whales-worker", Batch()!.Service);
        Assert.Equal((Batch()!.TraceId, Batch()!.SpanId), Assert.Single(spans.Single(span => span.Name == "inference").Links));
        // What was measured for this photo points to its trace.
        Assert.Contains($"trace_id=\"{trace}\"", await ExemplarsAsync(worker, "whales_stage_duration_seconds_bucket{"), StringComparison.Ordinal);
        Assert.Contains($"trace_id=\"{trace}\"", await ExemplarsAsync(cluster.Api, "http_server_request_duration_seconds_bucket{"), StringComparison.Ordinal);

        OtlpSpan Only(string name, string service, string parent)
        {
            var span = Assert.Single(spans, span => span.Name == name);
            Assert.Equal((service, parent), (span.Service, span.ParentId));
            Assert.True(span.Start <= span.End, name);
            return span;
        }

        OtlpSpan? Batch() => collector.Spans.FirstOrDefault(span => span.Name == "batch" && span.Links.Any(link => link.TraceId == trace));
    }

    [Fact]
    public async Task Photo_ThatCannotBeDecoded_IsInBothHostsLogsWithItsTraceAlthoughNobodyRecords()
    {
        await using var cluster = await Cluster.StartAsync(TestPictures.WriteQuickModel);
        var worker = await cluster.StartWorkerAsync();
        var trace = Guid.NewGuid().ToString("n");

        var accepted = await SubmitAsync(cluster, TestPhotos.Truncated(TestPhotos.Jpeg()), "image/jpeg", trace);
        Assert.Equal(FailureCodes.CorruptedImage, (await cluster.Client.FinishedAsync(accepted.Id)).Error?.Code);

        foreach (var host in new[] { worker, cluster.Api })
        {
            await host.WaitForOutputAsync(trace, Patience);
            var facts = host.Output.Select(Parsed).ToList();
            var fact = Assert.Single(facts, fact => fact.GetRawText().Contains(trace, StringComparison.Ordinal));
            var state = fact.GetProperty("State");
            Assert.Equal(accepted.Id, state.GetProperty("IdentificationId").GetGuid());
            Assert.Equal(TestPictures.QuickModel, state.GetProperty("Model").GetString());
            Assert.Contains(fact.GetProperty("Scopes").EnumerateArray(), scope => scope.TryGetProperty("TraceId", out var id) && id.GetString() == trace);
            // The broker's user and password, as they stand in its address.
            Assert.All(host.Output, line => Assert.DoesNotContain(cluster.Broker.UserInfo, line, StringComparison.Ordinal));
        }
    }

    private static async Task<Identification> SubmitAsync(Cluster cluster, byte[] photo, string type, string trace)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri($"v1/identifications?model={TestPictures.QuickModel}", UriKind.Relative));
        request.Headers.Add("traceparent", $"00-{trace}-{ClientSpan}-01");
        request.Content = new ByteArrayContent(photo) { Headers = { ContentType = new MediaTypeHeaderValue(type) } };
        using var response = await cluster.Client.Http.SendAsync(request);
        Assert.Equal(trace, response.Headers.GetValues("X-Trace-Id").Single());
        return await ApiClient.ReadAsync<Identification>(response, HttpStatusCode.Accepted);
    }

    private static async Task<string> ExemplarsAsync(HostProcess host, string series)
    {
        using var http = new HttpClient();
        http.DefaultRequestHeaders.TryAddWithoutValidation("Accept", "application/openmetrics-text; version=1.0.0");
        var page = await http.GetStringAsync(new Uri(host.Url, "metrics"));
        return string.Join('\n', page.Split('\n').Where(line => line.StartsWith(series, StringComparison.Ordinal) && line.Contains(" # ", StringComparison.Ordinal)));
    }

    private static JsonElement Parsed(string line)
    {
        try
        {
            using var document = JsonDocument.Parse(line);
            return document.RootElement.Clone();
        }
        catch (JsonException exception)
        {
            throw new InvalidOperationException($"Not a line of JSON: {line}", exception);
        }
    }
}
