using Whales.Contracts;
using Whales.Notifier.Alerts;
using Whales.Notifier.Messages;

namespace Whales.Notifier.Preview;

/// <summary>Sample messages: what the picture in docs/notifications.md shows.</summary>
internal static partial class Gallery
{
    private static readonly DateTimeOffset Begin = new(2026, 11, 22, 2, 1, 0, TimeSpan.Zero);
    private static readonly AlertState Handled = new()
    {
        Acknowledged = new Acknowledgement("@maria", Begin.AddMinutes(6)),
        Silence = new SilenceNote(["sample"], Begin.AddHours(4).AddMinutes(7), "@maria", Begin.AddMinutes(12)),
    };

    public static IReadOnlyList<GallerySample> Samples { get; } =
    [
        new("A critical alert, two minutes after it began", Begin.AddMinutes(2), new AlertNotice { Group = Slow(null), ButtonId = "sample" }),
        new("The same message, after somebody took it and silenced it", Begin.AddMinutes(7), new AlertNotice { Group = Slow(null), State = Handled, ButtonId = "sample" }),
        new("The same message, when it was over", Begin.AddHours(2).AddMinutes(14), new AlertNotice { Group = Slow(Begin.AddHours(2).AddMinutes(14)), State = Handled, ButtonId = "sample" }),
        new("Several alerts of a group", Begin.AddMinutes(9), new AlertNotice { Group = Queues(), ButtonId = "sample" }),
        new("Photos that failed", Begin.AddMinutes(5), new FailureSummary
        {
            Type = FailureType.IdentificationFailed,
            Model = "efficientnet_v2",
            Reason = FailureCodes.ImageMissing,
            Count = 12,
            Since = Begin,
            Last = Begin.AddMinutes(4),
            Sample = new FailureSample("01a201ad-24c7-7830-bf11-1f8683e8021b", "The stored photo is gone.", "worker-2"),
        }),
        new("A storm", Begin.AddMinutes(1), Storm()),
        new("Monitoring itself is down", Begin.AddMinutes(6), new HeartbeatLost(Begin)),
        new("And back", Begin.AddMinutes(31), new HeartbeatReturned(Begin, Begin.AddMinutes(31))),
    ];

    private static Digest Storm() => new()
    {
        Since = Begin,
        Entries =
        [
            new(Severity.Critical, AlertStatus.Firing, "BrokerDown", "rabbitmq:15692", 1),
            new(Severity.Critical, AlertStatus.Firing, "QueueHasNoConsumers", "efficientnet_v1", 160),
            new(Severity.Critical, AlertStatus.Firing, "QueueHasNoConsumers", "efficientnet_v2", 160),
            new(Severity.Critical, AlertStatus.Firing, "QueueHasNoConsumers", "resnet101", 140),
            new(Severity.Warning, AlertStatus.Firing, "HighRetryRate", "resnet101", 35),
            new(Severity.Warning, AlertStatus.Resolved, "HighCPUUsage", "worker-1:8001", 4),
        ],
    };

    private static AlertmanagerPayload Slow(DateTimeOffset? ended) => Group("CriticalInferenceTime",
        Alert("CriticalInferenceTime", "critical", "resnet101", "resnet101: inference takes 19.2s",
            "Mean inference time of resnet101 over the last 5 minutes is above its critical threshold (10 s unless the model's profile says otherwise).", Begin, ended));

    private static AlertmanagerPayload Queues() => Group("QueueBacklogGrowing",
        Alert("QueueBacklogGrowing", "warning", "efficientnet_v1", "efficientnet_v1: 412 jobs wait and the queue grows", "", Begin, null),
        Alert("QueueBacklogGrowing", "warning", "resnet101", "resnet101: 96 jobs wait and the queue grows", "", Begin.AddMinutes(3), null),
        Alert("QueueBacklogGrowing", "warning", "efficientnet_v2", "efficientnet_v2: 60 jobs wait and the queue grows", "", Begin.AddMinutes(-20), Begin.AddMinutes(5)));

    private static AlertmanagerPayload Group(string name, params IReadOnlyList<Alert> alerts) => new()
    {
        GroupKey = $"{{}}:{{alertname=\"{name}\"}}",
        Status = alerts.Any(alert => alert.Status == AlertStatus.Firing) ? AlertStatus.Firing : AlertStatus.Resolved,
        Alerts = alerts,
        GroupLabels = new Dictionary<string, string> { [AlertLabels.AlertName] = name },
        ExternalUrl = "http://alertmanager.example:9093",
    };

    private static Alert Alert(string name, string severity, string model, string summary, string description, DateTimeOffset started, DateTimeOffset? ended) => new()
    {
        Status = ended is null ? AlertStatus.Firing : AlertStatus.Resolved,
        Labels = new Dictionary<string, string>
        {
            [AlertLabels.AlertName] = name,
            [AlertLabels.Severity] = severity,
            [AlertLabels.Component] = "worker",
            [AlertLabels.Model] = model,
        },
        Annotations = new Dictionary<string, string>
        {
            [AlertLabels.Summary] = summary,
            [AlertLabels.Description] = description,
            [AlertLabels.RunbookUrl] = $"https://whales.example/runbooks#{name.ToLowerInvariant()}",
            [AlertLabels.Dashboard] = "whales-models",
        },
        StartsAt = started,
        EndsAt = ended,
        GeneratorUrl = "http://prometheus.example:9090/graph?g0.expr=x&g0.tab=1",
        Fingerprint = model,
    };
}

/// <param name="Title">What the reader is looking at.</param>
/// <param name="At">When it is rendered.</param>
/// <param name="Notice">What is told.</param>
internal sealed record GallerySample(string Title, DateTimeOffset At, Notice Notice);
