namespace Whales.Contracts;

/// <summary>The stable <c>code</c> of a problem+json answer.</summary>
public static class ErrorCodes
{
    public const string EmptyFile = "empty_file";
    public const string MalformedRequest = "malformed_request";
    public const string UnknownModel = "unknown_model";
    public const string TooLarge = "too_large";
    public const string UnsupportedMedia = "unsupported_media";
    public const string IdempotencyMismatch = "idempotency_mismatch";
    public const string IdempotencyInProgress = "idempotency_in_progress";
    public const string QueueFull = "queue_full";
    public const string RateLimited = "rate_limited";
    public const string NotFound = "not_found";
    public const string MethodNotAllowed = "method_not_allowed";
    public const string RequestTimeout = "request_timeout";
    public const string InvalidState = "invalid_state";
    public const string Unauthorized = "unauthorized";
    public const string Forbidden = "forbidden";
    public const string Unavailable = "unavailable";
    public const string InternalError = "internal_error";
    public const string AlreadyExists = "already_exists";
    public const string NoCatalogue = "no_catalogue";

    // A batch that is refused whole.
    public const string EmptyArchive = "empty_archive";
    public const string MalformedArchive = "malformed_archive";
    public const string ArchiveMismatch = "archive_mismatch";
    public const string ArchiveBomb = "archive_bomb";
    public const string UnsafePath = "unsafe_path";
    public const string TooManyFiles = "too_many_files";

    /// <summary>All of them, for documentation and tests.</summary>
    public static IReadOnlyList<string> All { get; } =
    [
        EmptyFile, MalformedRequest, UnknownModel, TooLarge, UnsupportedMedia, IdempotencyMismatch, IdempotencyInProgress,
        EmptyArchive, MalformedArchive, ArchiveMismatch, ArchiveBomb, UnsafePath, TooManyFiles,
        AlreadyExists, NoCatalogue,
        QueueFull, RateLimited, NotFound, MethodNotAllowed, RequestTimeout, InvalidState, Unauthorized, Forbidden, Unavailable, InternalError,
    ];
}
