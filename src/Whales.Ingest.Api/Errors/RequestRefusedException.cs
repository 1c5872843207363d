using System.Globalization;
using Whales.Contracts;

namespace Whales.Ingest.Api.Errors;

/// <summary>A request that gets a problem+json answer; thrown where the reason is found, answered by <see cref="RefusalFilter"/>.</summary>
internal sealed class RequestRefusedException(int status, string code, string title, string detail, Exception? inner = null)
    : Exception(detail, inner)
{
    public int Status { get; } = status;

    public string Code { get; } = code;

    public string Title { get; } = title;

    /// <summary>When the client may try again; null when that would not help.</summary>
    public TimeSpan? RetryAfter { get; init; }

    public static RequestRefusedException Malformed(string detail) =>
        new(StatusCodes.Status400BadRequest, ErrorCodes.MalformedRequest, "The request cannot be understood.", detail);

    public static RequestRefusedException EmptyFile(string detail) =>
        new(StatusCodes.Status400BadRequest, ErrorCodes.EmptyFile, "The photo is empty.", detail);

    public static RequestRefusedException Unauthorized(string detail) =>
        new(StatusCodes.Status401Unauthorized, ErrorCodes.Unauthorized, "The server does not know who you are.", detail);

    public static RequestRefusedException RateLimited(string detail, TimeSpan retryAfter) =>
        new(StatusCodes.Status429TooManyRequests, ErrorCodes.RateLimited, "That is more than one client may ask for.", detail) { RetryAfter = retryAfter };

    public static RequestRefusedException Forbidden(string detail) =>
        new(StatusCodes.Status403Forbidden, ErrorCodes.Forbidden, "This is not allowed.", detail);

    public static RequestRefusedException NotFound(string detail) =>
        new(StatusCodes.Status404NotFound, ErrorCodes.NotFound, "There is no such thing.", detail);

    public static RequestRefusedException UnknownModel(string detail) =>
        new(StatusCodes.Status404NotFound, ErrorCodes.UnknownModel, "There is no such model.", detail);

    public static RequestRefusedException InvalidState(string detail) =>
        new(StatusCodes.Status409Conflict, ErrorCodes.InvalidState, "The identification's state does not allow this.", detail);

    public static RequestRefusedException AlreadyExists(string detail) =>
        new(StatusCodes.Status409Conflict, ErrorCodes.AlreadyExists, "There is one already.", detail);

    public static RequestRefusedException NoCatalogue() =>
        new(StatusCodes.Status409Conflict, ErrorCodes.NoCatalogue, "No model here compares with a catalogue.",
            "All models of this installation are classifiers: they know the animals that they were trained on and cannot learn others from photos.");

    public static RequestRefusedException IdempotencyMismatch() =>
        new(StatusCodes.Status409Conflict, ErrorCodes.IdempotencyMismatch, "The idempotency key belongs to another request.",
            "This Idempotency-Key was used with another photo or with other parameters (model, region, expiresIn). Use a new key for a new request.");

    public static RequestRefusedException IdempotencyInProgress() =>
        new(StatusCodes.Status409Conflict, ErrorCodes.IdempotencyInProgress, "The first request with this key is in progress.",
            "The first upload with this Idempotency-Key has not ended yet. Try again shortly.")
        { RetryAfter = TimeSpan.FromSeconds(1) };

    public static RequestRefusedException TooLarge(string detail) =>
        new(StatusCodes.Status413PayloadTooLarge, ErrorCodes.TooLarge, "The photo is too large.", detail);

    public static RequestRefusedException UnsupportedMedia(string detail) =>
        new(StatusCodes.Status415UnsupportedMediaType, ErrorCodes.UnsupportedMedia, "This is not a photo that we can read.", detail);

    public static RequestRefusedException QueueFull(string model, Lane lane, int most, TimeSpan retryAfter) =>
        new(StatusCodes.Status429TooManyRequests, ErrorCodes.QueueFull, "Too many photos are waiting.",
            string.Create(CultureInfo.InvariantCulture, $"{most} {(lane == Lane.Bulk ? "photos of batches" : "photos")} for {model} may wait, and so many do. Send this again when Retry-After is over."))
        { RetryAfter = retryAfter };

    public static RequestRefusedException TimedOut(string detail) =>
        new(StatusCodes.Status408RequestTimeout, ErrorCodes.RequestTimeout, "The upload took too long.", detail);

    public static RequestRefusedException Unavailable(string detail, Exception? inner) =>
        new(StatusCodes.Status503ServiceUnavailable, ErrorCodes.Unavailable, "The service cannot do this now.", detail, inner)
        { RetryAfter = TimeSpan.FromSeconds(5) };
}
