using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace Whales.Ingest.Api.Errors;

/// <summary>Problem+json answers (RFC 9457) with our stable <c>code</c>. What the framework refuses by itself is answered by Whales.Hosting's defaults.</summary>
internal static class Problems
{
    public const string CodeKey = "code";

    public static ProblemHttpResult From(RequestRefusedException refusal) => TypedResults.Problem(new ProblemDetails
    {
        Status = refusal.Status,
        Title = refusal.Title,
        Detail = refusal.Message,
        Extensions = { [CodeKey] = refusal.Code },
    });
}
