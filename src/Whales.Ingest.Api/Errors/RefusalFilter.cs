using System.Data.Common;
using Whales.Contracts;
using Whales.Ingest.Api.Telemetry;

namespace Whales.Ingest.Api.Errors;

/// <summary>Turns refusals, broken bodies and an unreachable store into their answers.</summary>
internal sealed partial class RefusalFilter(ILogger<RefusalFilter> logger) : IEndpointFilter
{
    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        try
        {
            return await next(context);
        }
        catch (Exception exception) when (Classify(exception) is { } refusal)
        {
            if (refusal.InnerException is { } cause && refusal.Status >= StatusCodes.Status500InternalServerError)
                LogUnavailable(logger, refusal.Message, cause);
            return new RefusalResult(refusal);
        }
        catch (Exception) when (!context.HttpContext.RequestAborted.IsCancellationRequested)
        {
            // Answered further out, as internal_error.
            CountsRefusals.Count(context.HttpContext, ErrorCodes.InternalError);
            throw;
        }
    }

    private static RequestRefusedException? Classify(Exception exception) => exception switch
    {
        RequestRefusedException refusal => refusal,
        BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge } e => RequestRefusedException.TooLarge(e.Message),
        BadHttpRequestException { StatusCode: StatusCodes.Status408RequestTimeout } =>
            RequestRefusedException.TimedOut("The body came too slowly and was given up."),
        BadHttpRequestException e => RequestRefusedException.Malformed(e.Message),
        DbException or TimeoutException => RequestRefusedException.Unavailable("The job table cannot be reached. Try again shortly.", exception),
        _ => null,
    };

    [LoggerMessage(LogLevel.Error, "Refused a request with 503: {Reason}")]
    private static partial void LogUnavailable(ILogger logger, string reason, Exception exception);
}
