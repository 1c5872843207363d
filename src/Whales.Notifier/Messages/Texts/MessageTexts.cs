using System.Globalization;
using Whales.Contracts;
using Whales.Notifier.Alerts;
using Whales.Notifier.Phrases;

namespace Whales.Notifier.Messages.Texts;

/// <summary>Every sentence and word of messages in one language. Values come ready to be shown; nothing here is markup.</summary>
internal sealed class MessageTexts(PhraseBook book)
{
    // Alerts
    public string SeverityWord(Severity severity) => book.Say("severity." + severity.ToString().ToLowerInvariant());
    public string Resolved => book.Say("resolved");
    public string UnnamedAlert => book.Say("alert.unnamed");
    public string Firing(int count) => book.Say("alert.firing", ("count", count));
    public string Over(int count) => book.Say("alert.over", ("count", count));
    public string Since(string time, string duration) => book.Say("alert.since", ("time", time), ("duration", duration));
    public string SinceShort(string time, string duration) => book.Say("alert.since_short", ("time", time), ("duration", duration));
    public string After(string duration) => book.Say("alert.after", ("duration", duration));
    public string Lasted(string duration) => book.Say("alert.lasted", ("duration", duration));
    public string From(string begin, string end) => book.Say("alert.from", ("begin", begin), ("end", end));
    public string OverUnknown => book.Say("alert.over_unknown");
    public string Value(string value) => book.Say("alert.value", ("value", value));
    public string MoreAlerts(int count) => book.Say("alert.more", ("count", count));
    public string SilencedBy(string until, string who) => book.Say("alert.silenced", ("until", until), ("who", who));
    public string TakenBy(string who, string time) => book.Say("alert.taken", ("who", who), ("time", time));

    public string Flapping(int times, string within, string? mutedUntil) => book.Say("alert.flapping", ("count", times), ("within", within)) +
        (mutedUntil is null ? "" : " " + book.Say("alert.flapping_muted", ("until", mutedUntil)));

    public string StillFiring(string duration) => book.Say("alert.still_firing", ("duration", duration));
    public string Worse(int count) => book.Say("alert.worse", ("count", count));
    public string Escalated(string chat, string duration) => book.Say("alert.escalated", ("chat", chat), ("duration", duration));
    public string OlderDropped(int count) => book.Say("older_dropped", ("count", count));
    public string GroupsAtOnce(int count) => book.Say("alert.groups", ("count", count));

    // Links and buttons
    public string Runbook => book.Say("link.runbook");
    public string Dashboard => book.Say("link.dashboard");
    public string Query => book.Say("link.query");
    public string SilenceForm => book.Say("link.silence_form");
    public string SilenceFor(int hours) => book.Say("button.silence", ("hours", hours));
    public string SilenceName(string name, int hours) => book.Say("button.silence_name", ("name", name), ("hours", hours));
    public string Undo => book.Say("button.undo");
    public string Take => book.Say("button.take");

    // Failures
    public string FailureHeadline(FailureType type, string reason, int count) => book.Say("failure." + Word(type), ("count", count), ("reason", reason));

    public FailureHelp FailureHelp(FailureType type, string reason)
    {
        var what = type != FailureType.IdentificationFailed ? Word(type) : FailureCodes.All.Contains(reason) ? reason : FailureCodes.InternalError;
        return new FailureHelp(book.Say("meaning." + what), book.Say("action." + what));
    }

    public string WhatToDo => book.Say("failure.what_to_do");
    public string Example => book.Say("failure.example");
    public string SeenOn(string worker) => book.Say("failure.seen_on", ("worker", worker));
    public string Between(string first, string last) => book.Say("failure.between", ("first", first), ("last", last));

    // Storm and heartbeat
    public string Storm(int count, string within) => book.Say("storm.headline", ("count", count), ("within", within));
    public string Counts(int firing, int over) => book.Say("storm.counts", ("firing", firing), ("over", over));
    public string MoreKinds(int count) => book.Say("storm.more_kinds", ("count", count));
    public string MorePlaces(int count) => book.Say("storm.more_places", ("count", count));
    public string DigestAdvice => book.Say("storm.advice");
    public string HeartbeatLost(string duration) => book.Say("heartbeat.lost", ("duration", duration));
    public string HeartbeatNeverSeen => book.Say("heartbeat.never_seen");
    public string HeartbeatLostAgain(string duration) => book.Say("heartbeat.lost_again", ("duration", duration));
    public string HeartbeatMeaning => book.Say("heartbeat.meaning");
    public string HeartbeatLastSeen(string time) => book.Say("heartbeat.last_seen", ("time", time));
    public string HeartbeatReturned(string duration) => book.Say("heartbeat.returned", ("duration", duration));
    public string HeartbeatGap(string begin, string end) => book.Say("heartbeat.gap", ("begin", begin), ("end", end));

    // The day
    public string Day(string from, string to) => book.Say("day.headline", ("from", from), ("to", to));
    public string DayModel(string model, long count, string outcomes) => book.Say("day.model", ("model", model), ("count", count), ("outcomes", outcomes));
    public string DaySlowest(string duration) => book.Say("day.model_slowest", ("duration", duration));
    public string DayNoPhotos => book.Say("day.no_photos");
    public string DayModelsUnknown => book.Say("day.models_unknown");
    public string DayAlerts => book.Say("day.alerts");
    public string DayNoAlerts => book.Say("day.no_alerts");
    public string DayDeadLetters(long count) => book.Say("day.dead_letters", ("count", count));
    public string DayDeadLettersUnknown => book.Say("day.dead_letters_unknown");
    public string DayWaiting(long waiting) => book.Say("day.queues", ("waiting", waiting));
    public string DayWaitingUnknown => book.Say("day.queues_unknown");

    /// <summary>An outcome that has no words yet is said by its own.</summary>
    public string Outcome(string outcome, long count) =>
        book.Find("outcome." + outcome)?.Fill([("count", count)]) ?? $"{count.ToString(CultureInfo.InvariantCulture)} {outcome}";

    // The notifier itself
    public string Operator(OperatorNoticeKind kind, string chat, string detail) => book.Say(
        kind switch
        {
            OperatorNoticeKind.ChatMigrated => "operator.chat_migrated",
            OperatorNoticeKind.ChatBroken => "operator.chat_broken",
            OperatorNoticeKind.TopicMissing => "operator.topic_missing",
            _ => "operator.chat_back",
        },
        ("chat", chat), ("detail", detail));

    public string Test => book.Say("test.headline");
    public string TestMeaning => book.Say("test.meaning");

    /// <summary>The two greatest units: 45 s, 12 min, 2 h 14 min, 3 d 4 h. Never below 0.</summary>
    public string Duration(TimeSpan span)
    {
        var seconds = (long)Math.Max(0, span.TotalSeconds);
        return seconds switch
        {
            < 60 => Time("seconds", seconds),
            < 3600 => Time("minutes", seconds / 60),
            < 86400 => Two("hours", seconds / 3600, "minutes", seconds % 3600 / 60),
            _ => Two("days", seconds / 86400, "hours", seconds % 86400 / 3600),
        };
    }

    /// <summary>A time that may be a fraction of a second: 0.12 s.</summary>
    public string Seconds(double seconds) => seconds is >= 0 and < 10
        ? book.Say("time.seconds", ("count", seconds.ToString("0.##", CultureInfo.InvariantCulture)))
        : Duration(TimeSpan.FromSeconds(double.IsFinite(seconds) ? Math.Clamp(seconds, 0, 1e9) : 0));

    /// <summary>The time of day in the reader's zone, with the day when it is not today's.</summary>
    public string Clock(DateTimeOffset time, DateTimeOffset now, TimeZoneInfo zone)
    {
        var (local, today) = (TimeZoneInfo.ConvertTime(time, zone), TimeZoneInfo.ConvertTime(now, zone));
        var day = local.Date == today.Date ? "" : Plain($"{local.Day} {Month(local.Month)} ");
        if (day.Length > 0 && local.Year != today.Year)
            day = Plain($"{local.Day} {Month(local.Month)} {local.Year:0000} ");
        return Plain($"{day}{local.Hour:00}:{local.Minute:00} {ZoneName(local.Offset)}");
    }

    private static string ZoneName(TimeSpan offset)
    {
        if (offset == TimeSpan.Zero)
            return "UTC";
        var sign = offset < TimeSpan.Zero ? "−" : "+";
        var minutes = Math.Abs(offset.Minutes);
        return Plain($"UTC{sign}{Math.Abs(offset.Hours)}{(minutes == 0 ? "" : Plain($":{minutes:00}"))}");
    }

    private static string Plain(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private static string Word(FailureType type) => type switch
    {
        FailureType.IdentificationFailed => "identification_failed",
        FailureType.ModelLoadFailed => "model_load_failed",
        FailureType.Fault => "fault",
        FailureType.Undecodable => "undecodable",
        _ => "dead_letter",
    };

    private string Month(int month) => book.Say("month." + month.ToString(CultureInfo.InvariantCulture));

    private string Time(string unit, long count) => book.Say("time." + unit, ("count", count));

    private string Two(string unit, long first, string smaller, long second) =>
        second == 0 ? Time(unit, first) : $"{Time(unit, first)} {Time(smaller, second)}";
}

/// <summary>What a failure means, and what to do about it.</summary>
internal sealed record FailureHelp(string Meaning, string Action);
