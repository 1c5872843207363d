using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Whales.Hosting.Tracing;

namespace Whales.Hosting.Tests.Tracing;

/// <summary>The one id by which an answer, a log line and a measurement are found again; nobody needs to record for it.</summary>
public sealed class TraceIdTests
{
    private const string Parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

    [Theory]
    [InlineData(null)]
    [InlineData(Parent)]
    public async Task Failure_HasOneTraceIdInProblemHeaderAndLog(string? traceparent)
    {
        using var lines = new ScopedLines();
        await using var host = await RunningHost.StartAsync(
            builder => builder.Logging.AddProvider(lines),
            app => app.MapGet("/boom", IResult () => throw new InvalidOperationException()));
        using var request = new HttpRequestMessage(HttpMethod.Get, "/boom");
        if (traceparent is not null)
            request.Headers.Add("traceparent", traceparent);

        using var response = await host.Client.SendAsync(request);

        using var problem = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
        var id = problem.RootElement.GetProperty("traceId").GetString();
        Assert.Equal(id, response.Headers.GetValues(WhalesDefaults.TraceIdHeader).Single());
        var (_, scopes) = Assert.Single(lines.Written, line => line.Level == LogLevel.Error);
        Assert.Equal(id, Assert.Single(scopes, pair => pair.Key == "TraceId").Value?.ToString());
        if (traceparent is not null)
            Assert.Equal(traceparent.Split('-')[1], id);
    }

    [Fact]
    public async Task Request_OfASampledTrace_IsAnExemplarOfItsHistogram()
    {
        await using var host = await RunningHost.StartAsync(map: app => app.MapGet("/", () => "whale"));
        using var request = new HttpRequestMessage(HttpMethod.Get, "/");
        request.Headers.Add("traceparent", Parent);
        using var response = await host.Client.SendAsync(request);
        using var scrape = new HttpRequestMessage(HttpMethod.Get, "/metrics");
        scrape.Headers.TryAddWithoutValidation("Accept", "application/openmetrics-text; version=1.0.0");
        using var page = await host.Client.SendAsync(scrape);

        var exemplars = (await page.Content.ReadAsStringAsync()).Split('\n').Where(line => line.Contains("trace_id=\"0af7651916cd43dd8448eb211c80319c\"", StringComparison.Ordinal));
        Assert.Contains(exemplars, line => line.StartsWith("http_server_request_duration_seconds_bucket{", StringComparison.Ordinal));
    }

    [Fact]
    public void Continue_Traceparent_StaysInItsTrace()
    {
        using var activity = Traces.Continue("test", ActivityKind.Consumer, Parent);

        Assert.Same(activity, Activity.Current);
        Assert.Equal("0af7651916cd43dd8448eb211c80319c", activity.TraceId.ToHexString());
        Assert.Equal("b7ad6b7169203331", activity.ParentSpanId.ToHexString());
        Assert.True(activity.Recorded);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("whale")]
    [InlineData("00-00000000000000000000000000000000-b7ad6b7169203331-01")]
    public void Continue_NoTraceparent_BeginsATrace(string? parent)
    {
        using var activity = Traces.Continue("test", ActivityKind.Consumer, parent);

        Assert.Equal(ActivityIdFormat.W3C, activity.IdFormat);
        Assert.NotEqual(default, activity.TraceId);
        Assert.Equal(default, activity.ParentSpanId);
    }

    private sealed class ScopedLines : ILoggerProvider, ILogger, ISupportExternalScope
    {
        private IExternalScopeProvider? _scopes;

        public ConcurrentQueue<(LogLevel Level, List<KeyValuePair<string, object?>> Scopes)> Written { get; } = new();

        public ILogger CreateLogger(string categoryName) => this;

        public void SetScopeProvider(IExternalScopeProvider scopeProvider) => _scopes = scopeProvider;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            var all = new List<KeyValuePair<string, object?>>();
            _scopes!.ForEachScope(static (scope, into) => into.AddRange(scope as IEnumerable<KeyValuePair<string, object?>> ?? []), all);
            Written.Enqueue((logLevel, all));
        }

        public bool IsEnabled(LogLevel logLevel) => true;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public void Dispose()
        {
        }
    }
}
