using System.Diagnostics;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Whales.Contracts;

namespace Whales.Hosting.Problems;

/// <summary>RFC 9457 answers with a stable <c>code</c> and the <c>traceId</c> to look for in the logs.</summary>
internal static class ProblemDefaults
{
    public static IServiceCollection AddWhalesProblemDetails(this IServiceCollection services) =>
        services.AddProblemDetails(options => options.CustomizeProblemDetails = static context =>
        {
            var problem = context.ProblemDetails;
            problem.Extensions.TryAdd("code", CodeOf(problem.Status ?? context.HttpContext.Response.StatusCode));
            problem.Extensions["traceId"] = Activity.Current?.TraceId.ToHexString() ?? context.HttpContext.TraceIdentifier;
        });

    /// <summary>A problem for what nobody handled (its details stay in the log) and for empty answers such as an unknown path.</summary>
    public static void UseWhalesProblemDetails(this IApplicationBuilder app)
    {
        app.UseExceptionHandler(new ExceptionHandlerOptions
        {
            StatusCodeSelector = static exception => exception is BadHttpRequestException bad ? bad.StatusCode : StatusCodes.Status500InternalServerError,
        });
        app.UseStatusCodePages();
    }

    private static string CodeOf(int status) => status switch
    {
        StatusCodes.Status401Unauthorized => ErrorCodes.Unauthorized,
        StatusCodes.Status403Forbidden => ErrorCodes.Forbidden,
        StatusCodes.Status404NotFound => ErrorCodes.NotFound,
        StatusCodes.Status405MethodNotAllowed => ErrorCodes.MethodNotAllowed,
        StatusCodes.Status413PayloadTooLarge => ErrorCodes.TooLarge,
        StatusCodes.Status415UnsupportedMediaType => ErrorCodes.UnsupportedMedia,
        StatusCodes.Status429TooManyRequests => ErrorCodes.RateLimited,
        StatusCodes.Status503ServiceUnavailable => ErrorCodes.Unavailable,
        >= 400 and < 500 => ErrorCodes.MalformedRequest,
        _ => ErrorCodes.InternalError,
    };
}
