using Whales.Contracts;
using Whales.Notifier.Alerts;
using Whales.Notifier.Messages;

namespace Whales.Notifier.Preview;

/// <summary>The kinds of messages that the picture has no room for: with them, every phrase of a message is said at least once.</summary>
internal static partial class Gallery
{
    private static readonly AlertState Busy = new()
    {
        Flapping = new Flapping(4, TimeSpan.FromMinutes(25), Begin.AddMinutes(40)),
        Escalation = new Escalation("ops", TimeSpan.FromMinutes(10)),
    };

    /// <summary>Every kind of message, those of the picture first.</summary>
    public static IReadOnlyList<GallerySample> All { get; } =
    [
        .. Samples,
        new("An alert that goes on and off, told in a second chat", Begin.AddMinutes(25), new AlertNotice { Group = Slow(null), State = Busy, ButtonId = "sample" }),
        new("Several groups at once, some over", Begin.AddMinutes(9), new AlertBundle
        {
            Groups = [new AlertNotice { Group = Slow(null) }, new AlertNotice { Group = Queues() with { TruncatedAlerts = 2 } }, new AlertNotice { Group = Nameless() }],
            ButtonId = "sample",
            OlderDropped = 3,
        }),
        new("A repeat", Begin.AddHours(1), new AlertReply { Group = Slow(null), Kind = AlertReplyKind.StillFiring, ButtonId = "sample" }),
        new("It got worse", Begin.AddHours(1), new AlertReply { Group = Queues(), Kind = AlertReplyKind.Worse }),
        new("It is over", Begin.AddHours(3), new AlertReply { Group = Slow(Begin.AddHours(2)), Kind = AlertReplyKind.Resolved }),
        .. FailureCodes.All.Select(code => new GallerySample($"Failed photos: {code}", Begin.AddMinutes(5), Failed(FailureType.IdentificationFailed, code))),
        .. Enum.GetValues<FailureType>().Where(type => type != FailureType.IdentificationFailed)
            .Select(type => new GallerySample($"Failures: {type}", Begin.AddDays(400), Failed(type, "RejectedException"))),
        new("A storm that is over", Begin.AddHours(1), Storm() with { Until = Begin.AddMinutes(30), Entries = [.. Storm().Entries.Select(entry => entry with { Status = AlertStatus.Resolved })] }),
        new("A storm of many kinds", Begin.AddSeconds(40), new Digest { Since = Begin, Entries = [.. Enumerable.Range(0, 30).Select(i => new DigestEntry(Severity.Info, AlertStatus.Firing, $"Kind{i / 5}x{i % 25}", $"host-{i}", 1))] }),
        new("No heartbeat yet", Begin, new HeartbeatLost(null)),
        new("Still no heartbeat", Begin.AddHours(2), new HeartbeatLost(Begin, Again: true)),
        new("The day", Begin.AddHours(6), new DailySummary
        {
            From = Begin.AddHours(-18),
            To = Begin.AddHours(6),
            Models =
            [
                new ModelDay("efficientnet_v1", new Dictionary<string, long> { ["identified"] = 1204, ["unknown_individual"] = 81, ["not_a_cetacean"] = 9, ["failed"] = 3 }, 4.2),
                new ModelDay("resnet101", new Dictionary<string, long> { ["identified"] = 21, ["canceled"] = 1, ["expired"] = 2 }, 75),
            ],
            Alerts = [new(Severity.Critical, AlertStatus.Resolved, "BrokerDown", "rabbitmq:15692", 1), new(Severity.Warning, AlertStatus.Firing, "HighRetryRate", "resnet101", 2)],
            Waiting = 12,
            DeadLetters = 1,
        }),
        new("A day without news", Begin.AddHours(6), new DailySummary { From = Begin.AddHours(-18), To = Begin.AddHours(6), Models = [], Alerts = [], Waiting = 0, DeadLetters = 0 }),
        new("A day that nobody told", Begin.AddHours(6), new DailySummary { From = Begin.AddHours(-18), To = Begin.AddHours(6), Alerts = [] }),
        .. Enum.GetValues<OperatorNoticeKind>().Select(kind => new GallerySample($"About a chat: {kind}", Begin, new OperatorNotice(kind, "ops", "-1001234567890"))),
        new("A test", Begin, new TestNotice("Hello.")),
    ];

    private static FailureSummary Failed(FailureType type, string reason) => new()
    {
        Type = type,
        Model = "resnet101",
        Reason = reason,
        Count = 5,
        Since = Begin,
        Sample = new FailureSample("01a201ad-24c7-7830-bf11-1f8683e8021b", "What the log says.", "worker-1"),
    };

    /// <summary>Alerts without names and without ends, as a stranger's rule may have them.</summary>
    private static AlertmanagerPayload Nameless() => Group("", Alert("", "info", "", "", "", Begin, null) with { Status = AlertStatus.Resolved }, Alert("", "info", "unknown", "", "", Begin, Begin.AddMinutes(1)));
}
