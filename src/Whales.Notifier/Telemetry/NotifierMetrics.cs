using System.Diagnostics.Metrics;
using Whales.Hosting.Metrics;
using Whales.Notifier.Alerts;
using Whales.Notifier.Messages;
using Whales.Notifier.Telegram;

namespace Whales.Notifier.Telemetry;

/// <summary>What the notifier measures. Chats, users and alert names are never labels.</summary>
internal sealed class NotifierMetrics
{
    private readonly Counter<long> _seedWebhooks;
    private readonly Counter<long> _webhooks;
    private readonly Counter<long> _events;
    private readonly Counter<long> _deliveries;
    private readonly Histogram<double> _deliveryTime;
    private readonly Histogram<double> _callTime;
    private readonly Counter<long> _errors;
    private readonly Counter<double> _limited;
    private readonly Counter<long> _silences;
    private readonly Counter<long> _callbacks;
    private readonly Counter<long> _reconciled;
    private volatile Levels _levels = Levels.Empty;
    private double _lastDelivery;
    private int _configured;
    private volatile bool[] _wording = [.. Enum.GetValues<Language>().Select(_ => true)];

    public NotifierMetrics(IMeterFactory factory, KnownSeries known, TimeProvider time, BotToken? token = null)
    {
        Channel = token is { IsSet: false } ? "log" : "telegram";
        var meter = factory.Create(MeterNames.Notifier);
        _seedWebhooks = meter.CreateCounter<long>("telegram.webhook.requests", "{request}", "Webhooks received.");
        _webhooks = meter.CreateCounter<long>("whales.notifier.webhook.requests", "{request}", "Webhooks by what became of them.");
        _events = meter.CreateCounter<long>("whales.notifier.events", "{event}", "Events, once for each chat they are for.");
        _deliveries = meter.CreateCounter<long>("whales.notifier.deliveries", "{event}", "What became of the events.");
        _deliveryTime = meter.CreateHistogram("whales.notifier.delivery.duration", "s", "From accepting an event to Telegram's word that it stands.", advice: Bounds(Buckets.Wait));
        _callTime = meter.CreateHistogram("whales.notifier.telegram.request.duration", "s", "One call of the Bot API.", advice: Bounds(Buckets.Http));
        _errors = meter.CreateCounter<long>("whales.notifier.telegram.errors", "{error}", "Calls of the Bot API that failed.");
        _limited = meter.CreateCounter<double>("whales.notifier.rate_limited", "s", "Time spent waiting because Telegram asked for it.");
        _silences = meter.CreateCounter<long>("whales.notifier.silences", "{silence}", "Silences from the chat.");
        _callbacks = meter.CreateCounter<long>("whales.notifier.callbacks", "{press}", "Buttons pressed.");
        _reconciled = meter.CreateCounter<long>("whales.notifier.reconciled", "{alert}", "Alerts put right by Alertmanager's list, because no webhook told.");
        meter.CreateObservableGauge("telegram.bot.configured", () => _configured, "1", "1 once the bot and every chat answered.");
        meter.CreateObservableGauge(
            "whales.notifier.wording.current",
            () => Enum.GetValues<Language>().Select(language => new Measurement<int>(_wording[(int)language] ? 1 : 0, Tag("language", language == Language.Russian ? "ru" : "en"))),
            "1", "1 while messages have the words of the operator's file, or there is none; 0 while that file has a mistake.");
        meter.CreateObservableGauge(
            "whales.notifier.backlog", () => PerSeverity(level => level.Events), "{event}", "Events that their chats do not show yet.");
        meter.CreateObservableGauge(
            "whales.notifier.backlog.oldest", () => _levels.Oldest is { } oldest ? Math.Max(0, (time.GetUtcNow() - oldest).TotalSeconds) : 0, "s", "Age of the oldest of them.");
        meter.CreateObservableGauge("whales.notifier.active_alerts", () => PerSeverity(level => level.Active), "{group}", "Groups of alerts and failures that are not over.");
        meter.CreateObservableGauge(
            "whales.notifier.watchdog.last_seen.timestamp", () => _levels.Heartbeat?.ToUnixTimeMilliseconds() / 1000.0 ?? 0, "s", "When the Watchdog alert last came; 0: never.");
        meter.CreateObservableGauge(
            "whales.notifier.last_delivery.timestamp",
            () => new Measurement<double>(Volatile.Read(ref _lastDelivery), Tag("channel", Channel)), "s", "When a message last reached Telegram; 0: never.");

        known.Add(_seedWebhooks);
        known.Add(_limited);
        known.Add(_deliveryTime, Tag("channel", Channel));
        Declare(known, _webhooks, "status", Words.Webhooks);
        Declare(known, _errors, "code", Words.Errors);
        Declare(known, _silences, "action", Words.Silences);
        Declare(known, _reconciled, "action", Words.Reconciliations);
        Declare(known, _callbacks, "outcome", Words.Callbacks);
        foreach (var outcome in Words.Deliveries)
            known.Add(_deliveries, Tag("channel", Channel), Tag("outcome", outcome));
        foreach (var method in Words.Methods)
        {
            foreach (var outcome in Words.CallOutcomes)
                known.Add(_callTime, Tag("method", method), Tag("outcome", outcome));
        }

        foreach (var source in Words.Sources)
        {
            foreach (var severity in Words.Severities)
                known.Add(_events, Tag("source", source), Tag("severity", severity));
        }
    }

    /// <summary>telegram, or log in a dry run.</summary>
    public string Channel { get; }

    /// <summary>The bot and all chats answered.</summary>
    public bool Configured
    {
        set => _configured = value ? 1 : 0;
    }

    /// <summary>Whether the words in use are those of the language's file.</summary>
    public void SetWording(Language language, bool current) => _wording = [.. _wording.Select((old, at) => at == (int)language ? current : old)];

    public void WebhookCame() => _seedWebhooks.Add(1);

    /// <param name="status">One of <see cref="Words.Webhooks"/>.</param>
    public void WebhookAnswered(string status) => _webhooks.Add(1, Tag("status", status));

    /// <param name="source">One of <see cref="Words.Sources"/>.</param>
    /// <param name="severity">Of the event.</param>
    public void EventCame(string source, Severity severity) => _events.Add(1, Tag("source", source), Tag("severity", Words.Of(severity)));

    /// <param name="outcome">One of <see cref="Words.Deliveries"/>.</param>
    /// <param name="events">How many events ended so.</param>
    public void Delivered(string outcome, int events = 1) => _deliveries.Add(events, Tag("channel", Channel), Tag("outcome", outcome));

    /// <summary>A message stands as it should.</summary>
    public void Reached(TimeSpan since, DateTimeOffset now)
    {
        _deliveryTime.Record(Math.Max(0, since.TotalSeconds), Tag("channel", Channel));
        Volatile.Write(ref _lastDelivery, now.ToUnixTimeMilliseconds() / 1000.0);
    }

    public void TelegramCalled(string method, TimeSpan took, TelegramFailure? failure)
    {
        _callTime.Record(took.TotalSeconds, Tag("method", method), Tag("outcome", Words.CallOutcomes[failure is null ? 0 : 1]));
        if (failure is not null)
            _errors.Add(1, Tag("code", Words.Of(failure)));
    }

    public void RateLimited(TimeSpan wait) => _limited.Add(wait.TotalSeconds);

    /// <param name="action">One of <see cref="Words.Silences"/>.</param>
    public void Silence(string action) => _silences.Add(1, Tag("action", action));

    /// <param name="outcome">One of <see cref="Words.Callbacks"/>.</param>
    public void Pressed(string outcome) => _callbacks.Add(1, Tag("outcome", outcome));

    /// <param name="action">One of <see cref="Words.Reconciliations"/>.</param>
    /// <param name="alerts">How many.</param>
    public void Reconciled(string action, int alerts) => _reconciled.Add(alerts, Tag("action", action));

    /// <summary>What the gauges show until the next time.</summary>
    public void SetLevels(Levels levels) => _levels = levels;

    private IEnumerable<Measurement<long>> PerSeverity(Func<(long Events, long Active), long> which) =>
        Words.All.Select(severity => new Measurement<long>(which(_levels.BySeverity.GetValueOrDefault(severity)), Tag("severity", Words.Of(severity))));

    private static void Declare(KnownSeries known, Counter<long> counter, string label, IEnumerable<string> words)
    {
        foreach (var word in words)
            known.Add(counter, Tag(label, word));
    }

    private static InstrumentAdvice<double> Bounds(IReadOnlyList<double> bounds) => new() { HistogramBucketBoundaries = bounds };

    private static KeyValuePair<string, object?> Tag(string key, string value) => new(key, value);

    /// <summary>What stands in the store.</summary>
    internal sealed record Levels(IReadOnlyDictionary<Severity, (long Events, long Active)> BySeverity, DateTimeOffset? Oldest, DateTimeOffset? Heartbeat)
    {
        public static Levels Empty { get; } = new(new Dictionary<Severity, (long, long)>(), null, null);
    }
}
