using System.Text.Json.Serialization;
using Whales.Notifier.Alerts;

namespace Whales.Notifier.Messages;

/// <summary>What failed inside the system, without Alertmanager.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<FailureType>))]
internal enum FailureType
{
    /// <summary>WhaleIdentificationFailed. Reason: one of <see cref="Contracts.FailureCodes"/>.</summary>
    [JsonStringEnumMemberName("identification_failed")] IdentificationFailed,

    /// <summary>ModelStateChanged with state failed. Reason: empty or a word for it.</summary>
    [JsonStringEnumMemberName("model_load_failed")] ModelLoadFailed,

    /// <summary>Fault of a command. Reason: the short name of the exception's type.</summary>
    [JsonStringEnumMemberName("fault")] Fault,

    /// <summary>A message that nobody could read. Reason: the short name of the exception's type.</summary>
    [JsonStringEnumMemberName("undecodable")] Undecodable,

    /// <summary>The broker gave a message up. Reason: its word (rejected, expired, maxlen, delivery_limit), or the queue.</summary>
    [JsonStringEnumMemberName("dead_letter")] DeadLetter,
}

/// <summary>Failures of one type, model and reason, counted. Sent once, then edited as the count grows.</summary>
internal sealed record FailureSummary : Notice
{
    public required FailureType Type { get; init; }

    /// <summary>Empty when no model is known.</summary>
    public required string Model { get; init; }

    /// <summary>See <see cref="FailureType"/>.</summary>
    public required string Reason { get; init; }

    public required int Count { get; init; }

    public required DateTimeOffset Since { get; init; }

    public DateTimeOffset? Last { get; init; }

    public required FailureSample Sample { get; init; }
}

/// <summary>One of them. Only the first line of the text is shown, and no stack trace, photo content, user name or position.</summary>
/// <param name="Id">Of the identification or message; empty when there is none.</param>
/// <param name="Text">What it said.</param>
/// <param name="Worker">Where; empty when not known.</param>
internal sealed record FailureSample(string Id, string Text, string Worker = "");

/// <summary>A storm: one message instead of many, edited as it grows.</summary>
internal sealed record Digest : Notice
{
    public required DateTimeOffset Since { get; init; }

    public DateTimeOffset? Until { get; init; }

    /// <summary>All that came, worst first or in any order; equal ones need not be merged.</summary>
    public required IReadOnlyList<DigestEntry> Entries { get; init; }
}

/// <summary>One line of a digest.</summary>
/// <param name="Severity">How bad.</param>
/// <param name="Status">Firing or over.</param>
/// <param name="Name">Of the alert, or of the kind of failure.</param>
/// <param name="Place">Model, queue or instance; empty when there is none.</param>
/// <param name="Count">How many.</param>
internal sealed record DigestEntry(Severity Severity, AlertStatus Status, string Name, string Place, int Count)
{
    /// <summary>The lines of a group: one for each name, place, severity and state, counted.</summary>
    public static IReadOnlyList<DigestEntry> Of(AlertmanagerPayload group) =>
        [.. group.Alerts.GroupBy(alert => (Severity: Severities.Of(alert), alert.Status, alert.Name, Place: AlertPlaces.Of(alert)))
            .Select(alerts => new DigestEntry(alerts.Key.Severity, alerts.Key.Status, alerts.Key.Name, alerts.Key.Place, alerts.Count()))];
}

/// <summary>The Watchdog alert stopped coming: monitoring is blind. Repeated every hour.</summary>
/// <param name="LastSeen">Absent when it was never seen.</param>
/// <param name="Again">True for the hourly repeats.</param>
internal sealed record HeartbeatLost(DateTimeOffset? LastSeen, bool Again = false) : Notice;

/// <summary>It is back.</summary>
internal sealed record HeartbeatReturned(DateTimeOffset LastSeen, DateTimeOffset At) : Notice;

/// <summary>Once a day, at the chat's hour. Absent values were not to be had, and the message says so.</summary>
internal sealed record DailySummary : Notice
{
    public required DateTimeOffset From { get; init; }

    public required DateTimeOffset To { get; init; }

    public IReadOnlyList<ModelDay>? Models { get; init; }

    public required IReadOnlyList<DigestEntry> Alerts { get; init; }

    /// <summary>Photos that wait for a worker now.</summary>
    public long? Waiting { get; init; }

    /// <summary>Messages that nobody could read and that wait for a person.</summary>
    public long? DeadLetters { get; init; }
}

/// <summary>One model's day.</summary>
/// <param name="Model">Its name.</param>
/// <param name="Outcomes">Photos by the word that <c>whales_results_total</c> has for how they ended.</param>
/// <param name="WorstSeconds">From acceptance to result, of the slowest.</param>
internal sealed record ModelDay(string Model, IReadOnlyDictionary<string, long> Outcomes, double? WorstSeconds);

/// <summary>Something about the notifier itself that an operator must know, told once.</summary>
internal sealed record OperatorNotice(OperatorNoticeKind Kind, string Chat, string Detail = "") : Notice;

[JsonConverter(typeof(JsonStringEnumConverter<OperatorNoticeKind>))]
internal enum OperatorNoticeKind
{
    /// <summary>A group became a supergroup; Detail is its new id, to be put into the settings.</summary>
    ChatMigrated,

    /// <summary>The chat cannot be written to; Detail is Telegram's word. Told in the fallback chat, whose messages these become.</summary>
    ChatBroken,

    /// <summary>The topic does not exist; messages go to the general one.</summary>
    TopicMissing,

    /// <summary>The chat can be written to again.</summary>
    ChatBack,
}

/// <summary>Shows that the way works.</summary>
internal sealed record TestNotice(string Text = "") : Notice;
