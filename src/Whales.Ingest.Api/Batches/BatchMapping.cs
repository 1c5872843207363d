using System.Globalization;
using Microsoft.Net.Http.Headers;
using Whales.Contracts;
using Whales.Ingest.Api.Storage;

namespace Whales.Ingest.Api.Batches;

/// <summary>From the job table to what clients see.</summary>
internal static class BatchMapping
{
    public static string Location(Guid id) => $"{BatchEndpoints.Path}/{id}";

    public static Batch ToBatch(this BatchRow row, BatchProgress progress) => new()
    {
        Id = row.Id,
        Status = progress.IsFinished ? BatchStatus.Finished : BatchStatus.Processing,
        Model = row.Model,
        FileName = row.FileName,
        Total = row.Total,
        Counts = progress.Counts,
        RejectedCount = row.RejectedCount,
        Rejected = row.Rejected,
        CreatedAt = row.CreatedAt,
        CompletedAt = progress.IsFinished ? progress.LastCompletedAt ?? row.CreatedAt : null,
        ExpiresAt = row.ExpiresAt,
        Region = row.Region,
    };

    public static EntityTagHeaderValue Tag(this BatchProgress progress) =>
        new(string.Create(CultureInfo.InvariantCulture, $"\"{progress.Changes}\""));
}
