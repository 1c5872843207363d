using Whales.Contracts;
using Whales.Hosting.Images;
using Whales.Ingest.Api.Storage;

namespace Whales.Ingest.Api.Tests.Storage;

/// <summary>Rows and outcomes to test with.</summary>
internal static class StoreRows
{
    public static readonly DateTimeOffset Noon = new(2026, 3, 14, 12, 0, 0, TimeSpan.Zero);

    public static IdentificationRow Row(int minute = 0, string model = "resnet101") => Row(Noon.AddMinutes(minute), model);

    public static IdentificationRow Row(DateTimeOffset at, string model = "resnet101")
    {
        var id = Guid.CreateVersion7(at);
        return new IdentificationRow
        {
            Id = id,
            Attempt = 1,
            Model = model,
            Status = IdentificationStatus.Queued,
            ImageKey = ImageKeys.ForPhoto(id, at),
            ContentType = "image/jpeg",
            ImageBytes = 100_000,
            Sha256 = new string('a', 64),
            CreatedAt = at,
            QueuedAt = at,
        };
    }

    /// <summary>A row with every member set.</summary>
    public static IdentificationRow FullRow() => Row() with
    {
        Owner = "survey",
        Attempt = 3,
        Status = IdentificationStatus.Failed,
        Lane = Lane.Bulk,
        FileName = "Eg 1234 – Żuławy 🐋.jpg",
        Region = new Region { X = 0.1, Y = 0.25, Width = 1.0 / 3, Height = 0.5, Rotation = -45.5 },
        BatchId = Guid.CreateVersion7(Noon),
        ExpiresAt = Noon.AddHours(1),
        CompletedAt = Noon.AddMilliseconds(1234),
        SentAt = Noon.AddMilliseconds(7),
        LeasedUntil = Noon.AddSeconds(30),
        ModelVersion = "2026.1",
        CatalogueVersion = "17",
        Result = Whale(),
        Error = new IdentificationError { Code = FailureCodes.InferenceError, Message = "The network gave \"NaN\"." },
        Timings = new Timings { QueueMs = 1.5, PreprocessMs = 2.25, BatchWaitMs = 3, InferenceMs = 4, MatchMs = 5, TotalMs = 1234, BatchSize = 6 },
        Worker = "worker-1",
        TraceParent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        IdempotencyKey = "upload-1",
        Fingerprint = "f1",
    };

    public static IdentificationResult Whale() => new()
    {
        Decision = Decision.Identified,
        Candidates =
        [
            new Candidate { IndividualId = "1234", Name = "Calvin", Species = "Eubalaena glacialis", Score = 0.8125f },
            new Candidate { IndividualId = "4321", Score = 0.1f },
        ],
        CetaceanScore = 0.99f,
    };

    public static Completion Succeeded(IdentificationRow row, int afterMs = 500, int? attempt = null) => new()
    {
        Attempt = new AttemptId(row.Id, attempt ?? row.Attempt),
        Status = IdentificationStatus.Succeeded,
        CompletedAt = row.QueuedAt.AddMilliseconds(afterMs),
        ModelVersion = "2026.1",
        CatalogueVersion = "17",
        Result = Whale(),
        Timings = new Timings { QueueMs = 10, InferenceMs = 20, BatchSize = 4 },
        Worker = "worker-1",
    };

    public static Completion Failed(IdentificationRow row, string code = FailureCodes.CorruptedImage, int afterMs = 500, int? attempt = null) => new()
    {
        Attempt = new AttemptId(row.Id, attempt ?? row.Attempt),
        Status = IdentificationStatus.Failed,
        CompletedAt = row.QueuedAt.AddMilliseconds(afterMs),
        Error = new IdentificationError { Code = code, Message = "It is broken." },
        Worker = "worker-2",
    };

    public static IdempotencyClaim Claim(Guid id, string key = "upload-1", string owner = "", DateTimeOffset? at = null) =>
        new(owner, key, id, at ?? Noon, null);
}
