namespace Whales.Ingest.Api.Storage;

/// <summary>The columns of a row in one order, to and from <see cref="IdentificationRow"/>.</summary>
internal static class IdentificationColumns
{
    private static readonly string[] Names =
    [
        "id", "owner", "attempt", "model", "status", "lane", "image_key", "content_type", "image_bytes", "sha256",
        "file_name", "region_json", "batch_id", "created_at", "queued_at", "expires_at", "completed_at", "sent_at", "leased_until",
        "model_version", "catalogue_version", "result_json", "error_json", "timings_json", "worker",
        "trace_parent", "idempotency_key", "fingerprint",
    ];

    /// <summary>What <see cref="Read"/> reads.</summary>
    public static string All { get; } = string.Join(", ", Names);

    /// <summary>An insert whose parameters <see cref="Set"/> sets. The error's code stands by itself too, for lists.</summary>
    public static string Insert { get; } =
        $"insert into identifications ({All}, error_code) values ({string.Join(", ", Names.Select(name => "@" + name))}, @error_code)";

    public static void Set(Parameters parameters, IdentificationRow row) => parameters
        .Set("id", row.Id)
        .Set("owner", row.Owner)
        .Set("attempt", row.Attempt)
        .Set("model", row.Model)
        .Set("status", RowText.Of(row.Status))
        .Set("lane", RowText.Of(row.Lane))
        .Set("image_key", row.ImageKey)
        .Set("content_type", row.ContentType)
        .Set("image_bytes", row.ImageBytes)
        .Set("sha256", row.Sha256)
        .Set("file_name", row.FileName)
        .Set("region_json", RowJson.Write(row.Region, RowJson.Default.Region))
        .Set("batch_id", row.BatchId)
        .Set("created_at", row.CreatedAt)
        .Set("queued_at", row.QueuedAt)
        .Set("expires_at", row.ExpiresAt)
        .Set("completed_at", row.CompletedAt)
        .Set("sent_at", row.SentAt)
        .Set("leased_until", row.LeasedUntil)
        .Set("model_version", row.ModelVersion)
        .Set("catalogue_version", row.CatalogueVersion)
        .Set("result_json", RowJson.Write(row.Result, RowJson.Default.IdentificationResult))
        .Set("error_json", RowJson.Write(row.Error, RowJson.Default.IdentificationError))
        .Set("error_code", row.Error?.Code)
        .Set("timings_json", RowJson.Write(row.Timings, RowJson.Default.Timings))
        .Set("worker", row.Worker)
        .Set("trace_parent", row.TraceParent)
        .Set("idempotency_key", row.IdempotencyKey)
        .Set("fingerprint", row.Fingerprint);

    /// <summary>In the order of <see cref="All"/>: an object initializer runs as it is written.</summary>
    public static IdentificationRow Read(Fields fields)
    {
        var row = new IdentificationRow
        {
            Id = fields.Id(),
            Owner = fields.Text(),
            Attempt = (int)fields.Number(),
            Model = fields.Text(),
            Status = RowText.Status(fields.Text()),
            Lane = RowText.Lane(fields.Text()),
            ImageKey = fields.Text(),
            ContentType = fields.Text(),
            ImageBytes = fields.Number(),
            Sha256 = fields.Text(),
            FileName = fields.TextOrNull(),
            Region = RowJson.Read(fields.TextOrNull(), RowJson.Default.Region),
            BatchId = fields.IdOrNull(),
            CreatedAt = fields.Time(),
            QueuedAt = fields.Time(),
            ExpiresAt = fields.TimeOrNull(),
            CompletedAt = fields.TimeOrNull(),
            SentAt = fields.TimeOrNull(),
            LeasedUntil = fields.TimeOrNull(),
            ModelVersion = fields.TextOrNull(),
            CatalogueVersion = fields.TextOrNull(),
            Result = RowJson.Read(fields.TextOrNull(), RowJson.Default.IdentificationResult),
            Error = RowJson.Read(fields.TextOrNull(), RowJson.Default.IdentificationError),
            Timings = RowJson.Read(fields.TextOrNull(), RowJson.Default.Timings),
            Worker = fields.TextOrNull(),
            TraceParent = fields.TextOrNull(),
            IdempotencyKey = fields.TextOrNull(),
            Fingerprint = fields.TextOrNull(),
        };

        // The total is not stored: both its ends are.
        return row is { Timings: { } timings, CompletedAt: { } completed }
            ? row with { Timings = timings with { TotalMs = Math.Max(0, (completed - row.QueuedAt).TotalMilliseconds) } }
            : row;
    }
}
