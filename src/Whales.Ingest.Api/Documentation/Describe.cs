using System.Text.Json.Nodes;
using Microsoft.OpenApi;
using Whales.Contracts;
using Whales.Ingest.Api.Errors;
using Whales.Ingest.Api.Identifications;
using static Whales.Ingest.Api.Errors.RequestRefusedException;

namespace Whales.Ingest.Api.Documentation;

/// <summary>What the document says about each operation: ranges, headers, examples, errors.</summary>
internal static class Describe
{
    private static readonly (string, string) ETag = ("ETag", "Changes with every change of the identification's state.");
    private static readonly (string, string) RetryAfter = ("Retry-After", "Seconds after which to look again.");
    private static readonly (string, string) Location = ("Location", "Where the identification is.");
    private static readonly (string, string) Replayed = ("Idempotent-Replayed", "true when an earlier request with this Idempotency-Key was answered again.");

    private static RequestRefusedException NoSuchId => NotFound($"There is no identification {Examples.Id}.");

    internal static RequestRefusedException NotNow => Unavailable("The job table cannot be reached. Try again shortly.", new TimeoutException());

    public static void Submit(OperationText text, IngestOptions options) => text
        .Query("model", Schemas.ModelName, "The model that looks at the photo; see GET /v1/models. Without it: the default model.", text.DefaultModel)
        .Query("expiresIn", Schemas.NumberAbove(0, options.MaxExpiresIn.TotalSeconds), "Seconds after which a photo still waiting is given up as expired.", 600)
        .Query("region", Schemas.Text(), "x,y,w,h or x,y,w,h,rotation: the part to look at, as fractions (0 to 1) of the photo after its EXIF orientation, and degrees clockwise (-360 to 360).", "0.2,0.15,0.5,0.6,12")
        .Header("Idempotency-Key", Schemas.Text(1, 255, "^[ -~]+$"), "The same key with the same photo and parameters answers the first identification, for 24 hours: a request may be sent again without harm.", "survey-7-frame-412")
        .Header("Prefer", Schemas.Text(), $"wait=N: answer with the result if it is there within N seconds (at most {IdentificationWaiters.Longest.TotalSeconds:0}).", "wait=10")
        .Body(PhotoBody(options))
        .Answer(200, "Final already.", Examples.Succeeded(text.Model), Location, ETag, Replayed)
        .Answer(202, "Accepted: photo and job are on the disk and will not be lost.", Examples.Queued(text.DefaultModel), Location, RetryAfter, ETag, Replayed)
        .Errors(
            Malformed("region: number 1 is not a finite number."),
            EmptyFile("The photo has 0 bytes."),
            UnknownModel($"There is no model kraken. Known models: {text.DefaultModel}."),
            TimedOut("The body came too slowly and was given up."),
            IdempotencyMismatch(),
            IdempotencyInProgress(),
            TooLarge($"A photo may have at most {options.MaxPhotoBytes:N0} bytes."),
            QueueFull(text.DefaultModel ?? "efficientnet_v1", Lane.Interactive, options.MaxWaiting, TimeSpan.FromSeconds(12)),
            UnsupportedMedia("The bytes are not a photo in a format that we read, but: PDF document. JPEG, PNG, WebP, AVIF, TIFF and GIF are accepted."),
            NotNow);

    public static void List(OperationText text, IngestOptions options) => Filters(text)
        .Query("status", Schemas.OneOf(StatusNames.All), "Only these.", "failed")
        .Query("limit", Schemas.Whole(1, ReadEndpoints.MaxLimit, ReadEndpoints.DefaultLimit), "The most items in the answer.", 50)
        .Query("cursor", Schemas.Text(), "nextCursor of the part before.")
        .Answer(200, "A part of the list; nextCursor is absent on the last one.", new Page<Identification>
        {
            Items = [Examples.Failed(text.DefaultModel)],
            NextCursor = ListCursor.Write(Examples.Id),
        })
        .Errors(Malformed($"limit must be a whole number from 1 to {ReadEndpoints.MaxLimit}."), NotNow);

    public static void Get(OperationText text, IngestOptions options) => text
        .Id()
        .Query("wait", Schemas.Number(0, IdentificationWaiters.Longest.TotalSeconds), "Seconds to wait for the result.", 10)
        .Header("Prefer", Schemas.Text(), "wait=N, as an alternative to the parameter.", "wait=10")
        .Header("If-None-Match", Schemas.Text(), "The ETag that the client has: 304 while it is still the same.", "\"1-queued\"")
        .Answer(200, "As it stands now.", Examples.Succeeded(text.Model), ETag, RetryAfter)
        .Answer(304, "The client has this version.", null, ETag)
        .Errors(Malformed("wait must be a number of seconds from 0 to 60."), NoSuchId, NotNow);

    public static void Delete(OperationText text, IngestOptions options) => text.Id().Answer(204, "Removed.").Errors(NoSuchId, NotNow);

    public static void Cancel(OperationText text, IngestOptions options) => text
        .Id()
        .Answer(200, "canceled, or the final state that it already had.", Examples.Canceled(text.DefaultModel), ETag)
        .Errors(NoSuchId, NotNow);

    public static void Retry(OperationText text, IngestOptions options) => text
        .Id()
        .Answer(202, "Queued again; attempt is one more.", Examples.Queued(text.DefaultModel) with { Attempt = 2 }, Location, RetryAfter, ETag)
        .Errors(NoSuchId, InvalidState("The identification is succeeded. Only a failed, canceled or expired one can be sent round again."), NotNow);

    public static void Image(OperationText text, IngestOptions options) => text
        .Id()
        .Query("position", Schemas.OneOf(["true", "false"]), "true: the photo as it was sent, with the place where it was taken. Needs the scope curate.")
        .Header("If-None-Match", Schemas.Text(), "The ETag that the client has: 304 while it is still the same.")
        .Binary(200, "The photo as it was sent, without the place where it was taken.", "image/jpeg", "image/png", "image/webp", "image/avif", "image/tiff", "image/gif")
        .Answer(304, "The client has it.")
        .Errors(Malformed("position must be true or false."), NoSuchId, InvalidState("The JPEG is damaged or ends too early. It cannot be shown, since nobody can tell whether it says where it was taken."), NotNow);

    public static void RetryMany(OperationText text, IngestOptions options) => Filters(text)
        .Query("batchId", Schemas.Uuid, "Only photos of this batch.")
        .Answer(200, "How many went round again.", new ChangedCount { Count = 17, More = false })
        .Errors(Malformed($"code must be one of {string.Join(", ", FailureCodes.All)}."), NotNow);

    public static void Purge(OperationText text, IngestOptions options) => Filters(text)
        .Query("batchId", Schemas.Uuid, "Only photos of this batch.")
        .Query("status", Schemas.OneOf(["failed", "canceled", "expired"]), "Which to remove.", "failed", required: true)
        .Answer(200, "How many were removed.", new ChangedCount { Count = 17, More = false })
        .Errors(Malformed("status is required and must be failed, canceled or expired: what succeeded or still waits is removed one by one."), NotNow);

    public static void Models(OperationText text, IngestOptions options) =>
        text.Answer(200, "All models of this installation.", new[] { Examples.Model(text.Model) }).Errors(NotNow);

    public static void Session(OperationText text, IngestOptions options) => text.Answer(200, "Whose key it is, and what it may do.", Examples.Session);

    public static void EndSession(OperationText text, IngestOptions options) => text.Answer(204, "The browser forgets the key.");

    private static OperationText Filters(OperationText text) => text
        .Query("model", Schemas.ModelName, "Only photos of this model.", text.DefaultModel)
        .Query("code", Schemas.OneOf(FailureCodes.All), "Only those that failed with this error code.", FailureCodes.CorruptedImage)
        .Query("batchId", Schemas.Uuid, "Only photos of this batch.")
        .Query("after", Schemas.Time, "Only photos accepted at this time or later.", "2026-11-22T09:00:00Z")
        .Query("before", Schemas.Time, "Only photos accepted before this time.", "2036-11-22T10:00:00Z");

    internal static OpenApiRequestBody PhotoBody(IngestOptions options)
    {
        var photo = new OpenApiSchema { Type = JsonSchemaType.String, Format = "binary" };
        var form = new OpenApiSchema
        {
            Type = JsonSchemaType.Object,
            Required = new HashSet<string> { "file" },
            Properties = new Dictionary<string, IOpenApiSchema> { ["file"] = photo },
        };
        return new OpenApiRequestBody
        {
            Required = true,
            Description = $"One photo (JPEG, PNG, WebP, AVIF, TIFF or GIF with one picture) of at most {options.MaxPhotoBytes:N0} bytes and {options.MaxPhotoPixels:N0} pixels. Its format is told from the bytes.",
            Content = new Dictionary<string, OpenApiMediaType>
            {
                ["multipart/form-data"] = new() { Schema = form },
                ["image/*"] = new() { Schema = photo },
                ["application/octet-stream"] = new() { Schema = photo },
            },
        };
    }
}
