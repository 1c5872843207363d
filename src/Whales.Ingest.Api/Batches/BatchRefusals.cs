using Whales.Contracts;
using Whales.Ingest.Api.Errors;

namespace Whales.Ingest.Api.Batches;

/// <summary>Why a batch is refused whole. Nothing of it is kept.</summary>
internal static class BatchRefusals
{
    public static RequestRefusedException Empty(string detail) => Bad(ErrorCodes.EmptyArchive, "There is no photo in it.", detail);

    public static RequestRefusedException Malformed(string detail) => Bad(ErrorCodes.MalformedArchive, "The ZIP is damaged or is none.", detail);

    public static RequestRefusedException Mismatch(string detail) => Bad(ErrorCodes.ArchiveMismatch, "The ZIP's headers are not true.", detail);

    public static RequestRefusedException UnsafePath(string detail) => Bad(ErrorCodes.UnsafePath, "The ZIP has names that lead out of it.", detail);

    public static RequestRefusedException Bomb(string detail) => Large(ErrorCodes.ArchiveBomb, "The ZIP unpacks to too much.", detail);

    public static RequestRefusedException TooManyFiles(int most) => Large(
        ErrorCodes.TooManyFiles, "These are too many files.", $"A batch may have at most {most:N0} files. Send more batches.");

    public static RequestRefusedException TooLarge(long mostBytes) => Large(
        ErrorCodes.TooLarge, "The batch is too large.", $"A batch may have at most {mostBytes:N0} bytes. Send more batches.");

    public static RequestRefusedException IdempotencyMismatch() => new(
        StatusCodes.Status409Conflict, ErrorCodes.IdempotencyMismatch, "The idempotency key belongs to another request.",
        "This Idempotency-Key was used with other files or with other parameters (model, region, expiresIn). Use a new key for a new batch.");

    public static RequestRefusedException NoRoom(Exception? inner = null) => RequestRefusedException.Unavailable(
        "The batch cannot be stored now: the disk failed or is full. Nothing of it was kept. Try again later.", inner);

    private static RequestRefusedException Bad(string code, string title, string detail) => new(StatusCodes.Status400BadRequest, code, title, detail);

    private static RequestRefusedException Large(string code, string title, string detail) => new(StatusCodes.Status413PayloadTooLarge, code, title, detail);
}
