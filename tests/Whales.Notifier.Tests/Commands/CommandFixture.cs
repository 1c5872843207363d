using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Whales.Hosting.Metrics;
using Whales.Notifier.Commands;
using Whales.Notifier.Delivery;
using Whales.Notifier.Silences;
using Whales.Notifier.Telegram;
using Whales.Notifier.Telemetry;
using Whales.Notifier.Tests.Messages;
using Whales.Testing;

namespace Whales.Notifier.Tests.Commands;

/// <summary>The command handler as the host builds it, with ports of the test's own, and what it logged and counted.</summary>
internal sealed class CommandFixture : IAsyncDisposable
{
    public const long Maria = 7;
    public const long Stranger = 8;

    private readonly ServiceProvider _services;
    private readonly MeterListener _listener = new();
    private readonly ConcurrentQueue<string> _counted = new();
    private WebApplication? _api;

    public CommandFixture(Uri? alertmanager = null, Uri? api = null, DateTimeOffset? now = null, bool idForEveryone = true)
    {
        Clock = new SetTime(now ?? Rendering.Now);
        var services = new ServiceCollection();
        services.AddMetrics().AddSingleton<KnownSeries>().AddSingleton<NotifierMetrics>().AddSingleton<TimeProvider>(Clock).AddSingleton<BotStatus>();
        services.AddLogging(logging => logging.AddProvider(Log));
        services.AddSingleton<IPressedMessages>(Ports).AddSingleton<IKnownChats>(Ports).AddSingleton<IMutes>(Ports).AddSingleton<INotifierState>(Ports);
        services.AddSingleton<IConfiguration>(new ConfigurationBuilder().Build());
        services.AddCommands();
        services.Configure<TelegramOptions>(options => options.AllowedUsers.Add("7"));
        services.Configure<AlertmanagerOptions>(options => (options.Url, options.Timeout) = (alertmanager, TimeSpan.FromSeconds(20)));
        services.Configure<CommandOptions>(options => (options.ApiUrl, options.ApiKey, options.IdForEveryone, options.Timeout) = (api, "key-of-the-test", idForEveryone, TimeSpan.FromSeconds(20)));
        _services = services.BuildServiceProvider();
        Handler = _services.GetRequiredService<CommandHandler>();
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == MeterNames.Notifier && ReferenceEquals(instrument.Meter.Scope, _services.GetRequiredService<IMeterFactory>()))
                listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<long>((instrument, count, tags, _) => _counted.Enqueue($"{instrument.Name} {tags[0].Value}"));
        _listener.Start();
    }

    public FakePorts Ports { get; } = new();

    public SetTime Clock { get; }

    public CommandHandler Handler { get; }

    public BotStatus Bot => _services.GetRequiredService<BotStatus>();

    public LinesLog Log { get; } = new();

    /// <summary>Instrument and first label of each count.</summary>
    public IReadOnlyCollection<string> Counted => _counted;

    /// <summary>An API that answers /v1/models with <paramref name="json"/> to whoever has the key.</summary>
    public static async Task<(WebApplication App, Uri Url)> StartApiAsync(string json)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        var url = $"http://127.0.0.1:{FreePort.Next()}";
        builder.WebHost.UseUrls(url);
        var app = builder.Build();
        app.MapGet("/v1/models", (HttpContext http) => http.Request.Headers["X-Api-Key"] == "key-of-the-test" ? Results.Text(json, "application/json") : Results.StatusCode(401));
        await app.StartAsync();
        return (app, new Uri(url));
    }

    public CommandFixture Owning(WebApplication api)
    {
        _api = api;
        return this;
    }

    /// <summary>The text that the chat gets; empty for no answer.</summary>
    public async Task<string> SayAsync(string text, long from = Maria, long chat = FakePorts.OpsChat, long? topic = null, string? language = null)
    {
        var replies = await Handler.HandleAsync(new IncomingMessage(1, chat, topic, 55, new Person(from, "maria", "Maria", language), text), TestContext.Current.CancellationToken);
        if (replies.Count == 0)
            return "";
        var reply = Assert.IsType<MessageReply>(Assert.Single(replies));
        Assert.Equal((chat, topic, 55), (reply.ChatId, reply.ThreadId, reply.ReplyTo));
        return TelegramHtml.Parse(Assert.Single(reply.Message.Parts).Html).Text;
    }

    public async Task<PressAnswer> PressAsync(string data, long from = Maria, long chat = FakePorts.OpsChat)
    {
        var replies = await Handler.HandleAsync(new ButtonPress(2, chat, null, 55, new Person(from, "maria", "Maria", null), "callback-1", data), TestContext.Current.CancellationToken);
        var answer = Assert.IsType<PressAnswer>(Assert.Single(replies));
        Assert.Equal("callback-1", answer.CallbackId);
        Assert.InRange(answer.Text.Length, 1, 200);
        return answer;
    }

    public async ValueTask DisposeAsync()
    {
        _listener.Dispose();
        await _services.DisposeAsync();
        if (_api is not null)
            await _api.DisposeAsync();
    }
}

/// <summary>Keeps log lines with their category.</summary>
internal sealed class LinesLog : ILoggerProvider
{
    private readonly ConcurrentQueue<string> _lines = new();

    public IReadOnlyCollection<string> Lines => _lines;

    public ILogger CreateLogger(string categoryName) => new Lined(categoryName, _lines);

    public void Dispose()
    {
    }

    private sealed class Lined(string category, ConcurrentQueue<string> lines) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            lines.Enqueue($"{category}: {formatter(state, exception)}");
    }
}
