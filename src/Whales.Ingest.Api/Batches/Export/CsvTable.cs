using Whales.Contracts;
using Whales.Ingest.Api.Identifications;

namespace Whales.Ingest.Api.Batches.Export;

/// <summary>The columns of the CSV: a line a photo, best candidate first, and a line for each refused file.</summary>
internal static class CsvTable
{
    private const int Candidates = 5;

    public static string Header { get; } = string.Join(
        ',',
        (string[])
        [
            "file_name", "status", "decision", "best_individual", "best_name", "best_species", "best_score",
            .. Enumerable.Range(2, Candidates - 1).SelectMany(i => (string[])[$"candidate_{i}", $"name_{i}", $"score_{i}"]),
            "cetacean_score", "error_code", "error_message", "id", "attempt", "model", "model_version", "catalogue_version", "sha256",
            "created_at_utc", "completed_at_utc",
        ]) + CsvLine.End;

    public static string Row(CsvLine line, Identification photo)
    {
        var candidates = photo.Result?.Candidates ?? [];
        line.Text(photo.FileName).Text(StatusNames.Of(photo.Status)).Text(DecisionName(photo.Result?.Decision));
        for (var i = 0; i < Candidates; i++)
        {
            var candidate = i < candidates.Count ? candidates[i] : null;
            line.Text(candidate?.IndividualId).Text(candidate?.Name);
            if (i == 0)
                line.Text(candidate?.Species);
            line.Number(candidate?.Score);
        }

        return line.Number(photo.Result?.CetaceanScore).Text(photo.Error?.Code).Text(photo.Error?.Message)
            .Text(photo.Id.ToString()).Number(photo.Attempt).Text(photo.Model).Text(photo.ModelVersion).Text(photo.CatalogueVersion).Text(photo.Sha256)
            .Time(photo.CreatedAt).Time(photo.CompletedAt).Take();
    }

    public static string Row(CsvLine line, RejectedEntry entry, Batch batch)
    {
        line.Text(entry.Entry).Text(BatchExport.Rejected).Text(null);
        for (var i = 0; i < 1 + (Candidates * 3); i++)
            line.Text(null);
        return line.Text(null).Text(entry.Code).Text(entry.Message)
            .Text(null).Text(null).Text(batch.Model).Text(null).Text(null).Text(null).Time(batch.CreatedAt).Text(null).Take();
    }

    private static string? DecisionName(Decision? decision) => decision switch
    {
        Decision.Identified => "identified",
        Decision.UnknownIndividual => "unknown_individual",
        Decision.NotACetacean => "not_a_cetacean",
        _ => null,
    };
}
