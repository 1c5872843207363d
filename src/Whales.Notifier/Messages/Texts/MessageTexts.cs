using System.Globalization;
using Whales.Notifier.Alerts;

namespace Whales.Notifier.Messages.Texts;

/// <summary>Every sentence and word of messages in one language. Values come ready to be shown; nothing here is markup.</summary>
internal abstract class MessageTexts
{
    private static readonly EnglishTexts EnglishOnes = new();
    private static readonly RussianTexts RussianOnes = new();

    public static MessageTexts In(Language language) => language == Language.Russian ? RussianOnes : EnglishOnes;

    // Alerts
    public abstract string SeverityWord(Severity severity);
    public abstract string Resolved { get; }
    public abstract string UnnamedAlert { get; }
    public abstract string Firing(int count);
    public abstract string Over(int count);
    public abstract string Since(string time, string duration);
    public abstract string SinceShort(string time, string duration);
    public abstract string After(string duration);
    public abstract string Lasted(string duration);
    public abstract string From(string begin, string end);
    public abstract string OverUnknown { get; }
    public abstract string Value(string value);
    public abstract string MoreAlerts(int count);
    public abstract string SilencedBy(string until, string who);
    public abstract string TakenBy(string who, string at);
    public abstract string Flapping(int times, string within, string? mutedUntil);
    public abstract string StillFiring(string duration);
    public abstract string Worse(int count);
    public abstract string Escalated(string duration);
    public abstract string OlderDropped(int count);
    public abstract string GroupsAtOnce(int count);

    // Links and buttons
    public abstract string Runbook { get; }
    public abstract string Dashboard { get; }
    public abstract string Query { get; }
    public abstract string SilenceForm { get; }
    public abstract string SilenceFor(int hours);
    public abstract string SilenceName(string name, int hours);
    public abstract string Undo { get; }
    public abstract string Take { get; }

    // Failures
    public abstract string FailureHeadline(FailureType type, string reason, int count);
    public abstract FailureHelp FailureHelp(FailureType type, string reason);
    public abstract string WhatToDo { get; }
    public abstract string Example { get; }
    public abstract string SeenOn(string worker);
    public abstract string Between(string first, string last);

    // Digest, heartbeat, day, operator, test
    public abstract string Storm(int count, string within);
    public abstract string Counts(int firing, int over);
    public abstract string MoreKinds(int count);
    public abstract string MorePlaces(int count);
    public abstract string DigestAdvice { get; }
    public abstract string HeartbeatLost(string duration);
    public abstract string HeartbeatNeverSeen { get; }
    public abstract string HeartbeatLostAgain(string duration);
    public abstract string HeartbeatMeaning { get; }
    public abstract string HeartbeatLastSeen(string time);
    public abstract string HeartbeatReturned(string duration);
    public abstract string HeartbeatGap(string begin, string end);
    public abstract string Day(string from, string to);
    public abstract string DayModel(string model, long succeeded, long failed, string? worst);
    public abstract string DayNoModels { get; }
    public abstract string DayAlerts { get; }
    public abstract string DayNoAlerts { get; }
    public abstract string DayDeadLetters(int count);
    public abstract string DayUnknown { get; }
    public abstract string Operator(OperatorNoticeKind kind, string chat, string detail);
    public abstract string Test { get; }
    public abstract string TestMeaning { get; }

    // Time
    protected abstract string Unit(char unit);
    protected abstract string Month(int month);

    /// <summary>The two greatest units: 45 s, 12 min, 2 h 14 min, 3 d 4 h. Never below 0.</summary>
    public string Duration(TimeSpan span)
    {
        var seconds = (long)Math.Max(0, span.TotalSeconds);
        return seconds switch
        {
            < 60 => One(seconds, 's'),
            < 3600 => One(seconds / 60, 'm'),
            < 86400 => Two(seconds / 3600, 'h', seconds % 3600 / 60, 'm'),
            _ => Two(seconds / 86400, 'd', seconds % 86400 / 3600, 'h'),
        };
    }

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

    protected static string Plain(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private string One(long count, char unit) => Plain($"{count} {Unit(unit)}");

    private string Two(long first, char unit, long second, char smaller) =>
        second == 0 ? One(first, unit) : $"{One(first, unit)} {One(second, smaller)}";
}

/// <summary>What a failure means, and what to do about it.</summary>
internal sealed record FailureHelp(string Meaning, string Action);
