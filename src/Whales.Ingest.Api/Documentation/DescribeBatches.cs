using Microsoft.OpenApi;
using Whales.Contracts;
using Whales.Ingest.Api.Batches;
using Whales.Ingest.Api.Batches.Export;
using Whales.Ingest.Api.Errors;
using Whales.Ingest.Api.Identifications;
using static Whales.Ingest.Api.Errors.RequestRefusedException;

namespace Whales.Ingest.Api.Documentation;

/// <summary>What the document says about each operation on batches.</summary>
internal static class DescribeBatches
{
    private static readonly (string, string) ETag = ("ETag", "Changes with every change of a photo's state.");
    private static readonly (string, string) RetryAfter = ("Retry-After", "Seconds after which to look again.");
    private static readonly (string, string) Location = ("Location", "Where the batch is.");
    private static readonly (string, string) Replayed = ("Idempotent-Replayed", "true when an earlier request with this Idempotency-Key was answered again.");

    private static RequestRefusedException NoSuchId => NotFound($"There is no batch {Examples.Id}.");

    private static RequestRefusedException NotNow => Unavailable("The job table cannot be reached. Try again shortly.", new TimeoutException());

    public static void Submit(OperationText text, IngestOptions options) => text
        .Query("model", Schemas.ModelName, "The model that looks at the photos; see GET /v1/models. Without it: the default model.", text.DefaultModel)
        .Query("expiresIn", Schemas.NumberAbove(0, options.MaxExpiresIn.TotalSeconds), "Seconds after which photos still waiting are given up as expired.", 86_400)
        .Query("region", Schemas.Text(), "x,y,w,h or x,y,w,h,rotation: the part to look at, of every photo.", "0.2,0.15,0.5,0.6,12")
        .Header("Idempotency-Key", Schemas.Text(1, 255, "^[ -~]+$"), "The same key with the same files and parameters answers the first batch, for 24 hours: a request may be sent again without harm.", "flight-2026-04-11")
        .Body(Body(options))
        .Answer(202, "Accepted: photos and jobs are on the disk and will not be lost. `rejected` has the files that were refused.", BatchExamples.Accepted(text.DefaultModel), Location, RetryAfter, ETag, Replayed)
        .Errors(
            Malformed("region: number 1 is not a finite number."),
            EmptyFile("The body has 0 bytes."),
            BatchRefusals.Empty("The ZIP has no entries."),
            BatchRefusals.Malformed("The ZIP has no directory at its end. Was the file cut off, or is it no ZIP?"),
            BatchRefusals.Mismatch("The entry a.jpg unpacks to more than the 1,000 bytes that its header names."),
            BatchRefusals.UnsafePath("The entry ../a.jpg has a name that leads out of the archive. Nothing was taken."),
            Forbidden("Pages of other sites may not send requests here; Ingest:AllowedOrigins can name exceptions."),
            UnknownModel($"There is no model kraken. Known models: {text.DefaultModel}."),
            TimedOut("The body came too slowly and was given up."),
            BatchRefusals.IdempotencyMismatch(),
            IdempotencyInProgress(),
            BatchRefusals.TooLarge(50_000_000_000),
            BatchRefusals.TooManyFiles(20_000),
            BatchRefusals.Bomb("The ZIP would unpack to 4,503,599,627 bytes from 42,374; at most 100 times its size is accepted."),
            QueueFull(text.DefaultModel ?? "efficientnet_v1", Lane.Bulk, 50_000, TimeSpan.FromSeconds(60)),
            UnsupportedMedia("A body of type text/plain is not a batch. Send a ZIP as application/zip, or multipart/form-data with fields named files; a single photo goes to /v1/identifications."),
            NotNow);

    public static void List(OperationText text, IngestOptions options) => text
        .Query("idempotencyKey", Schemas.Text(1, 255), "Only the batch that was sent with this Idempotency-Key: did it arrive?", "flight-2026-04-11")
        .Query("limit", Schemas.Whole(1, BatchReadEndpoints.MaxLimit, BatchReadEndpoints.DefaultLimit), "The most items in the answer.", 20)
        .Query("cursor", Schemas.Text(), "nextCursor of the part before.")
        .Answer(200, "A part of the list, without the names of refused files; nextCursor is absent on the last one.", new Page<Batch>
        {
            Items = [BatchExamples.Finished(text.DefaultModel) with { Rejected = null }],
            NextCursor = ListCursor.Write(Examples.Id),
        })
        .Errors(Malformed($"limit must be a whole number from 1 to {BatchReadEndpoints.MaxLimit}."), NotNow);

    public static void Get(OperationText text, IngestOptions options) => text
        .Id("The batch.")
        .Query("wait", Schemas.Number(0, IdentificationWaiters.Longest.TotalSeconds), "Seconds to wait for the end.", 10)
        .Header("Prefer", Schemas.Text(), "wait=N, as an alternative to the parameter.", "wait=10")
        .Header("If-None-Match", Schemas.Text(), "The ETag that the client has: 304 while it is still the same.", "\"0\"")
        .Answer(200, "As it stands now.", BatchExamples.Finished(text.DefaultModel), ETag, RetryAfter)
        .Answer(304, "The client has this version.", null, ETag)
        .Errors(Malformed("wait must be a number of seconds from 0 to 60."), NoSuchId, NotNow);

    public static void Events(OperationText text, IngestOptions options) => text
        .Id("The batch.")
        .Header("Last-Event-ID", Schemas.Text(), "The id of the last event that the client has seen.", "1204")
        .Binary(200, "Events named progress whose data is the batch without its rejected files. Between them a comment now and then.", "text/event-stream")
        .Answer(204, "The batch is finished and the client has seen its last event: nothing will follow.")
        .Errors(NoSuchId, NotNow);

    public static void Results(OperationText text, IngestOptions options) => text
        .Id("The batch.")
        .Query("format", Schemas.OneOf(ResultsEndpoint.Formats), "json: an object of batch and items; csv: a table with a header; ndjson: one photo a line. Without it: json.", "csv")
        .Binary(200, "The export, as an attachment. Refused files have the status rejected.", "application/json", "text/csv", "application/x-ndjson")
        .Errors(Malformed($"format must be one of {string.Join(", ", ResultsEndpoint.Formats)}."), NoSuchId, NotNow);

    public static void Cancel(OperationText text, IngestOptions options) => text
        .Id("The batch.")
        .Answer(200, "The batch as it is now.", BatchExamples.Finished(text.DefaultModel), ETag)
        .Errors(NoSuchId, NotNow);

    public static void Delete(OperationText text, IngestOptions options) => text.Id("The batch.").Answer(204, "Removed.").Errors(NoSuchId, NotNow);

    private static OpenApiRequestBody Body(IngestOptions options)
    {
        var file = new OpenApiSchema { Type = JsonSchemaType.String, Format = "binary" };
        var form = new OpenApiSchema
        {
            Type = JsonSchemaType.Object,
            Required = new HashSet<string> { "files" },
            Properties = new Dictionary<string, IOpenApiSchema> { ["files"] = new OpenApiSchema { Type = JsonSchemaType.Array, Items = file } },
        };
        return new OpenApiRequestBody
        {
            Required = true,
            Description = $"Photos (JPEG, PNG, WebP, AVIF, TIFF or GIF with one picture, of at most {options.MaxPhotoBytes:N0} bytes and {options.MaxPhotoPixels:N0} pixels each), or a ZIP of them. What a file is is told from its bytes.",
            Content = new Dictionary<string, OpenApiMediaType>
            {
                ["multipart/form-data"] = new() { Schema = form },
                ["application/zip"] = new() { Schema = file },
            },
        };
    }
}
