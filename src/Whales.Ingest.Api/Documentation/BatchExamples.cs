using Whales.Contracts;

namespace Whales.Ingest.Api.Documentation;

/// <summary>Example answers of batches, built from the types that the real ones are made of.</summary>
internal static class BatchExamples
{
    private static readonly DateTimeOffset Created = new(2026, 11, 22, 9, 30, 0, 125, TimeSpan.Zero);

    public static Batch Accepted(string? model) => new()
    {
        Id = Examples.Id,
        Status = BatchStatus.Processing,
        Model = model ?? "efficientnet_v1",
        FileName = "flight-2026-04-11.zip",
        Total = 1_480,
        Counts = new BatchCounts { Queued = 1_480, Succeeded = 0, Failed = 0, Canceled = 0, Expired = 0, Removed = 0 },
        RejectedCount = 2,
        Rejected =
        [
            new RejectedEntry { Entry = "leg-2/notes.txt", Code = RejectionCodes.UnsupportedMedia, Message = "The bytes are not a photo in a format that we read, but: text. JPEG, PNG, WebP, AVIF, TIFF and GIF are accepted." },
            new RejectedEntry { Entry = "leg-2/DSC_0412 (1).jpg", Code = RejectionCodes.Duplicate, Message = "The same bytes are in this batch already, as leg-2/DSC_0412.jpg." },
        ],
        CreatedAt = Created,
        ExpiresAt = Created.AddHours(24),
        Region = new Region { X = 0.2, Y = 0.15, Width = 0.5, Height = 0.6, Rotation = 12 },
    };

    public static Batch Finished(string? model) => Accepted(model) with
    {
        Status = BatchStatus.Finished,
        Counts = new BatchCounts { Queued = 0, Succeeded = 1_478, Failed = 2, Canceled = 0, Expired = 0, Removed = 0 },
        CompletedAt = Created.AddMinutes(3),
    };
}
