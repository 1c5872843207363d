using Whales.Contracts;
using Whales.Ingest.Api.Errors;
using Whales.Ingest.Api.Identifications;
using static Whales.Ingest.Api.Errors.RequestRefusedException;

namespace Whales.Ingest.Api.Documentation;

/// <summary>What the document says about the operations of <see cref="Operations.OperationsEndpoints"/>.</summary>
internal static class DescribeOperations
{
    private static RequestRefusedException NoSuchId => NotFound($"There is no identification {Examples.Id}.");

    private static RequestRefusedException NoSuchLetter => NotFound("There is no dead letter with this id.");

    private static RequestRefusedException NotNow => Unavailable("The job table cannot be reached. Try again shortly.", new TimeoutException());

    public static void Faults(OperationText text, IngestOptions options) => text
        .Id()
        .Answer(200, "Oldest first; all on one page.", new Page<AttemptFault> { Items = OperationExamples.Faults })
        .Errors(NoSuchId, NotNow);

    public static void Export(OperationText text, IngestOptions options) => text
        .Id()
        .Binary(200, "identification.json, and the photo where it is still stored.", "application/zip")
        .Errors(NoSuchId, NotNow);

    public static void Audit(OperationText text, IngestOptions options) => Part(text)
        .Query("identificationId", Schemas.Uuid, "Only what was done to this identification.")
        .Answer(200, "A part of the list; nextCursor is absent on the last one.", new Page<AuditEntry>
        {
            Items = OperationExamples.Audit,
            NextCursor = ListCursor.Write(Examples.Id),
        })
        .Errors(Malformed($"limit must be a whole number from 1 to {ReadEndpoints.MaxLimit}."), NotNow);

    public static void DeadLetters(OperationText text, IngestOptions options) => Model(Part(text))
        .Answer(200, "A part of the list; nextCursor is absent on the last one.", new Page<DeadLetter>
        {
            Items = [OperationExamples.DeadLetter(text.DefaultModel)],
            NextCursor = ListCursor.Write(Examples.Id),
        })
        .Errors(Malformed($"limit must be a whole number from 1 to {ReadEndpoints.MaxLimit}."), NotNow);

    public static void DeadLetter(OperationText text, IngestOptions options) => text
        .Id("The dead letter.").Answer(200, "As it was found.", OperationExamples.DeadLetter(text.DefaultModel)).Errors(NoSuchLetter, NotNow);

    public static void DeadLetterBody(OperationText text, IngestOptions options) => text
        .Id("The dead letter.").Binary(200, "Its bytes, as far as they were kept.", "application/octet-stream").Errors(NoSuchLetter, NotNow);

    public static void ReplayDeadLetter(OperationText text, IngestOptions options) => text
        .Id("The dead letter.")
        .Answer(204, "The broker has it; it is no longer here.")
        .Errors(NoSuchLetter, InvalidState("Of its 2,000,000 bytes only 1,000,000 were kept: it cannot be replayed."), NotNow);

    public static void DiscardDeadLetter(OperationText text, IngestOptions options) => text
        .Id("The dead letter.").Answer(204, "Removed.").Errors(NoSuchLetter, NotNow);

    public static void DiscardDeadLetters(OperationText text, IngestOptions options) => Model(text)
        .Answer(200, "How many were removed.", new ChangedCount { Count = 2, More = false })
        .Errors(Malformed("model must be 1 to 64 characters of a-z, 0-9 and _."), NotNow);

    private static OperationText Part(OperationText text) => text
        .Query("limit", Schemas.Whole(1, ReadEndpoints.MaxLimit, ReadEndpoints.DefaultLimit), "The most items in the answer.", 50)
        .Query("cursor", Schemas.Text(), "nextCursor of the part before.");

    private static OperationText Model(OperationText text) =>
        text.Query("model", Schemas.ModelName, "Only messages from queues of this model.", text.DefaultModel);
}
