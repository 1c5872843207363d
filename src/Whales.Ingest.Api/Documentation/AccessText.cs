using Microsoft.OpenApi;
using Whales.Hosting.Security;
using Whales.Ingest.Api.Security;
using static Whales.Ingest.Api.Errors.RequestRefusedException;
using Scope = Whales.Hosting.Security.Scope;

namespace Whales.Ingest.Api.Documentation;

/// <summary>What the document says of keys: which operation needs one, with which scope, and how it is refused without.</summary>
internal static class AccessText
{
    public const string SchemeName = "ApiKey";

    public static OpenApiSecurityScheme Scheme => new()
    {
        Type = SecuritySchemeType.ApiKey,
        In = ParameterLocation.Header,
        Name = ApiKeys.Header,
        Description = "Where keys are on. On a machine of one's own, listening on loopback alone, none is needed.",
    };

    public static void Add(OpenApiOperation operation, OpenApiDocument document, OperationText text, IEnumerable<object> metadata)
    {
        if (metadata.OfType<AccessRule>().LastOrDefault() is not { NeedsKey: true } rule)
            return;
        operation.Description = $"{operation.Description} Needs {(rule.AnyOf == Scope.None ? "any key" : $"a key with the scope {rule.Words}")}, where keys are on.".TrimStart();
        operation.Security = [new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(SchemeName, document)] = [] }];
        text.Errors(
            Unauthorized("This needs an API key, in the header X-Api-Key."),
            Forbidden(rule.AnyOf == Scope.None
                ? "Pages of other sites may not send requests here; Ingest:AllowedOrigins can name exceptions."
                : $"This needs a key with the scope {rule.Words}."));
        if (IsCounted(metadata))
            text.Errors(RateLimited("Too many requests in too short a time. Go on after the pause that Retry-After names.", TimeSpan.FromSeconds(1)));
    }

    private static bool IsCounted(IEnumerable<object> metadata) =>
        metadata.OfType<HttpMethodMetadata>().Any(methods => methods.HttpMethods.Any(method => !Origins.IsRead(method)))
        || metadata.OfType<CountsAgainstLimit>().Any();
}
