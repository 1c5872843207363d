using Whales.Contracts;

namespace Whales.Ingest.Api.Documentation;

/// <summary>Example answers for operators.</summary>
internal static class OperationExamples
{
    private static readonly DateTimeOffset Then = new(2026, 11, 22, 9, 30, 0, 125, TimeSpan.Zero);

    public static IReadOnlyList<AttemptFault> Faults =>
    [
        new AttemptFault { Attempt = 1, At = Then, Code = FailureCodes.InferenceError, Message = "The network failed: out of memory. It was tried several times.", Worker = "gpu-1:4711" },
        new AttemptFault { Attempt = 2, At = Then.AddMinutes(7), Code = AttemptFault.WorkerEnded, Message = "A worker process ended while it ran this photo alone.", Worker = "gpu-1:4890" },
    ];

    public static IReadOnlyList<AuditEntry> Audit =>
    [
        new AuditEntry { Id = new("01936b84-1c20-7c11-8a55-0a9f4be1d2c3"), At = Then.AddMinutes(9), Actor = "127.0.0.1", Action = "deleted", IdentificationId = Examples.Id, Count = 1 },
        new AuditEntry { Id = new("01936b83-88f0-7e02-9b1c-5d6e7f809a1b"), At = Then.AddMinutes(8), Actor = "127.0.0.1", Action = "retried_many", Count = 500, Filter = "code=inference_error" },
    ];

    public static DeadLetter DeadLetter(string? model) => new()
    {
        Id = Examples.Id,
        Queue = Names.Queue(model ?? "efficientnet_v1"),
        Model = model ?? "efficientnet_v1",
        ReceivedAt = Then,
        Reason = "The message could not be read: the JSON value could not be converted.",
        ContentType = "application/json",
        Headers = new Dictionary<string, string> { ["MT-Reason"] = "fault" },
        Bytes = 18,
        Truncated = false,
        Text = "no message of ours",
    };
}
