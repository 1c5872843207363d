using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;

namespace Whales.Hosting.Tests;

/// <summary>A host with the defaults on a free loopback port.</summary>
internal sealed class RunningHost : IAsyncDisposable
{
    private readonly WebApplication _app;

    private RunningHost(WebApplication app, CollectedLog log)
    {
        _app = app;
        Log = log.Lines;
        Client = new HttpClient { BaseAddress = new Uri(app.Urls.Single()) };
    }

    public HttpClient Client { get; }

    public ConcurrentQueue<string> Log { get; }

    public IServiceProvider Services => _app.Services;

    public static async Task<RunningHost> StartAsync(
        Action<WebApplicationBuilder>? configure = null, Action<WebApplication>? map = null, params string[] arguments)
    {
        var builder = WebApplication.CreateBuilder(arguments);
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.AddWhalesDefaults("test");
        var log = new CollectedLog();
        builder.Logging.ClearProviders();
        builder.Logging.AddProvider(log);
        configure?.Invoke(builder);
        var app = builder.Build();
        app.MapWhalesDefaults();
        map?.Invoke(app);
        await app.StartAsync(TestContext.Current.CancellationToken);
        return new RunningHost(app, log);
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _app.DisposeAsync();
    }

    private sealed class CollectedLog : ILoggerProvider, ILogger
    {
        public ConcurrentQueue<string> Lines { get; } = new();

        public ILogger CreateLogger(string categoryName) => this;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Lines.Enqueue($"{logLevel}: {formatter(state, exception)}");

        public bool IsEnabled(LogLevel logLevel) => true;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public void Dispose()
        {
        }
    }
}
