using System.Text.Json;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.Options;
using Microsoft.OpenApi;
using Whales.Hosting.Security;
using Whales.Ingest.Api.Identifications;
using Whales.Ingest.Api.Models;

namespace Whales.Ingest.Api.Documentation;

/// <summary>/openapi/v1.json and /docs.</summary>
public static class DocumentationEndpoints
{
    private const string DocumentPath = "/openapi/v1.json";

    // The page sets styles of its own and shows pictures that came as answers.
    private const string PagePolicy =
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    public static IServiceCollection AddIngestDocumentation(this IServiceCollection services) => services.AddOpenApi("v1", options =>
    {
        options.OpenApiVersion = OpenApiSpecVersion.OpenApi3_1;
        options.AddDocumentTransformer((document, _, _) =>
        {
            document.Info = new OpenApiInfo
            {
                Title = "Whales.Queue",
                Version = "v1",
                Description = "Photo-identification of whales: send a photo, read which animal it shows.",
            };
            // The document serves whichever name the reader reached us by.
            document.Servers = [new OpenApiServer { Url = "/" }];
            document.AddComponent(OperationText.ProblemSchema, Schemas.Problem);
            document.AddComponent<IOpenApiSecurityScheme>(AccessText.SchemeName, AccessText.Scheme);
            return Task.CompletedTask;
        });
    });

    /// <summary>The document, the page to try it, and the way there from /.</summary>
    public static WebApplication MapIngestDocumentation(this WebApplication app)
    {
        app.MapOpenApi(DocumentPath).RequiresNoKey().ExcludeFromDescription();
        app.MapGet("/", () => TypedResults.Redirect("/docs/index.html")).RequiresNoKey().ExcludeFromDescription();
        app.MapGet("/docs/{**file}", Page(app)).RequiresNoKey().ExcludeFromDescription();
        return app;
    }

    // As an endpoint, so that it has an entry like every other; the middleware serves only what is none.
    private static RequestDelegate Page(IApplicationBuilder app)
    {
        var page = app.New();
        page.Use((context, next) =>
        {
            context.SetEndpoint(null);
            context.Response.Headers.ContentSecurityPolicy = PagePolicy;
            return next(context);
        });
        page.UseSwaggerUI(options =>
        {
            options.RoutePrefix = "docs";
            options.DocumentTitle = "Whales.Queue";
            options.SwaggerEndpoint(DocumentPath, "Whales.Queue v1");
            options.EnableTryItOutByDefault();
        });
        return page.Build();
    }

    /// <summary>Adds to an endpoint's part of the document what <paramref name="describe"/> says.</summary>
    internal static RouteHandlerBuilder Describe(this RouteHandlerBuilder endpoint, Action<OperationText, IngestOptions> describe) =>
        endpoint.AddOpenApiOperationTransformer((operation, context, _) =>
        {
            var services = context.ApplicationServices;
            var text = new OperationText(
                operation, context.Document!, services.GetRequiredService<IOptions<JsonOptions>>().Value.SerializerOptions,
                services.GetRequiredService<KnownModels>().Default);
            describe(text, services.GetRequiredService<IOptions<IngestOptions>>().Value);
            AccessText.Add(operation, context.Document!, text, context.Description.ActionDescriptor.EndpointMetadata);
            return Task.CompletedTask;
        });
}
