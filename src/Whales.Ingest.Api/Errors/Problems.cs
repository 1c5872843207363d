using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Whales.Contracts;

namespace Whales.Ingest.Api.Errors;

/// <summary>Problem+json answers (RFC 9457) with our stable <c>code</c>, also for what the framework itself refuses.</summary>
internal static class Problems
{
    public const string CodeKey = "code";

    public static IServiceCollection AddIngestProblems(this IServiceCollection services) =>
        services.AddProblemDetails(options => options.CustomizeProblemDetails = context => Complete(context.HttpContext, context.ProblemDetails));

    /// <summary>Answers what no endpoint answered (unknown route, wrong method, a defect) as problem+json.</summary>
    public static IApplicationBuilder UseIngestProblems(this IApplicationBuilder app) =>
        app.UseExceptionHandler().UseStatusCodePages();

    public static ProblemHttpResult From(RequestRefusedException refusal) => TypedResults.Problem(new ProblemDetails
    {
        Status = refusal.Status,
        Title = refusal.Title,
        Detail = refusal.Message,
        Extensions = { [CodeKey] = refusal.Code },
    });

    private static void Complete(HttpContext http, ProblemDetails problem)
    {
        if (problem.Extensions.ContainsKey(CodeKey))
            return;
        var status = problem.Status ?? http.Response.StatusCode;
        problem.Extensions[CodeKey] = CodeOf(status);
        problem.Detail ??= status switch
        {
            StatusCodes.Status404NotFound => $"Nothing is served at {http.Request.Path}. /docs lists what there is.",
            StatusCodes.Status405MethodNotAllowed => $"{http.Request.Method} is not possible at {http.Request.Path}; the Allow header names what is.",
            >= 500 => "A defect of the service; its log has the details.",
            _ => null,
        };
    }

    private static string CodeOf(int status) => status switch
    {
        StatusCodes.Status403Forbidden => ErrorCodes.Forbidden,
        StatusCodes.Status404NotFound => ErrorCodes.NotFound,
        StatusCodes.Status405MethodNotAllowed => ErrorCodes.MethodNotAllowed,
        StatusCodes.Status408RequestTimeout => ErrorCodes.RequestTimeout,
        StatusCodes.Status413PayloadTooLarge => ErrorCodes.TooLarge,
        StatusCodes.Status415UnsupportedMediaType => ErrorCodes.UnsupportedMedia,
        StatusCodes.Status503ServiceUnavailable => ErrorCodes.Unavailable,
        < 500 => ErrorCodes.MalformedRequest,
        _ => ErrorCodes.InternalError,
    };
}
