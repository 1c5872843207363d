using Whales.Contracts;
using Whales.Ingest.Api.Models;

namespace Whales.Ingest.Api.Documentation;

/// <summary>Example answers, built from the types that the real ones are made of.</summary>
internal static class Examples
{
    public static readonly Guid Id = new("01936b7e-5f2c-7d3a-9c41-2f6f0a9d8e11");

    private static readonly DateTimeOffset Created = new(2026, 11, 22, 9, 30, 0, 125, TimeSpan.Zero);

    public static Identification Queued(string? model) => new()
    {
        Id = Id,
        Status = IdentificationStatus.Queued,
        Attempt = 1,
        Model = model ?? "efficientnet_v1",
        FileName = "DSC_0412.jpg",
        Sha256 = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        CreatedAt = Created,
        ExpiresAt = Created.AddMinutes(10),
        Region = new Region { X = 0.2, Y = 0.15, Width = 0.5, Height = 0.6, Rotation = 12 },
        Queue = new QueuePlace { WaitingAhead = 41, EtaSeconds = 0.52 },
    };

    public static Identification Succeeded(KnownModel? model) => Queued(model?.Name) with
    {
        Queue = null,
        Status = IdentificationStatus.Succeeded,
        ModelVersion = model?.Version ?? "1",
        CatalogueVersion = "1",
        CompletedAt = Created.AddMilliseconds(48),
        Result = new IdentificationResult
        {
            Decision = Decision.Identified,
            Candidates =
            [
                new Candidate { IndividualId = "1204", Name = "Whale 1204", Species = "Eubalaena glacialis", Score = 0.83f },
                new Candidate { IndividualId = "3125", Species = "Eubalaena glacialis", Score = 0.41f },
            ],
            CetaceanScore = 0.96f,
        },
        Timings = new Timings { QueueMs = 9.1, PreprocessMs = 6.4, BatchWaitMs = 0.2, InferenceMs = 21.7, MatchMs = 0.4, TotalMs = 48, BatchSize = 1 },
    };

    public static Identification Failed(string? model) => Queued(model) with
    {
        Queue = null,
        Status = IdentificationStatus.Failed,
        CompletedAt = Created.AddMilliseconds(31),
        Error = new IdentificationError { Code = FailureCodes.CorruptedImage, Message = "The JPEG is damaged or ends too early." },
    };

    public static Identification Canceled(string? model) => Queued(model) with { Queue = null, Status = IdentificationStatus.Canceled, CompletedAt = Created.AddSeconds(2) };

    public static Session Session => new() { KeyRequired = true, Name = "survey-7", Scopes = ["submit", "curate"] };

    public static ModelInfo Model(KnownModel? model) => new()
    {
        Name = model?.Name ?? "efficientnet_v1",
        Version = model?.Version ?? "1",
        Tier = model?.Tier ?? "fast",
        State = ModelState.Ready,
        Workers = 1,
        ExecutionProvider = "cpu",
        Waiting = new WaitingPhotos { Interactive = 3, Bulk = 0 },
        OldestWaitingSeconds = 0.04,
        SecondsPerPhoto = 0.05,
        CatalogueVersion = "1",
        IsDefault = true,
    };
}
