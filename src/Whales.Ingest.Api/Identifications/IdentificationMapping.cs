using Whales.Contracts;
using Whales.Ingest.Api.Storage;

namespace Whales.Ingest.Api.Identifications;

/// <summary>From the job table to what clients see.</summary>
internal static class IdentificationMapping
{
    public static bool IsFinal(this IdentificationRow row) => row.Status != IdentificationStatus.Queued;

    public static string Location(Guid id) => $"/v1/identifications/{id}";

    public static Identification ToIdentification(this IdentificationRow row, QueuePlace? place = null) => new()
    {
        Id = row.Id,
        Status = row.Status,
        Attempt = row.Attempt,
        Model = row.Model,
        ModelVersion = row.ModelVersion,
        CatalogueVersion = row.CatalogueVersion,
        FileName = row.FileName,
        Sha256 = row.Sha256,
        BatchId = row.BatchId,
        CreatedAt = row.CreatedAt,
        CompletedAt = row.CompletedAt,
        ExpiresAt = row.ExpiresAt,
        Region = row.Region,
        Queue = place,
        Result = row.Result,
        Error = row.Error,
        Timings = row.Timings,
    };
}
