using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Whales.Testing.Tracing;

/// <summary>Takes OTLP over HTTP (http/protobuf), as a collector does, and keeps the spans.</summary>
public sealed class OtlpCollector : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentQueue<OtlpSpan> _spans = new();

    private OtlpCollector(WebApplication app) => _app = app;

    /// <summary>What <c>Tracing:OtlpEndpoint</c> is set to.</summary>
    public string Endpoint => _app.Urls.Single();

    public IReadOnlyList<OtlpSpan> Spans => [.. _spans];

    public IReadOnlyList<OtlpSpan> SpansOf(string traceId) => [.. _spans.Where(span => span.TraceId == traceId)];

    public static async Task<OtlpCollector> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var collector = new OtlpCollector(app);
        app.MapPost("/v1/traces", collector.TakeAsync);
        await app.StartAsync();
        return collector;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task<IResult> TakeAsync(HttpRequest request)
    {
        if (request.ContentType != "application/x-protobuf")
            return TypedResults.StatusCode(StatusCodes.Status415UnsupportedMediaType);
        using var body = new MemoryStream();
        await request.Body.CopyToAsync(body);
        foreach (var span in OtlpRequest.Spans(body.ToArray()))
            _spans.Enqueue(span);
        return TypedResults.Bytes([], "application/x-protobuf");
    }
}
