using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.OpenApi;
using Whales.Ingest.Api.Errors;
using Whales.Ingest.Api.Models;

namespace Whales.Ingest.Api.Documentation;

/// <summary>Adds to one operation of the OpenAPI document what its signature cannot say.</summary>
internal sealed class OperationText(OpenApiOperation operation, OpenApiDocument document, JsonSerializerOptions json, KnownModel? model)
{
    public const string ProblemSchema = "Problem";

    /// <summary>A model that this installation has, for examples that work.</summary>
    public KnownModel? Model { get; } = model;

    /// <summary>Its name.</summary>
    public string? DefaultModel => Model?.Name;

    public OperationText Query(string name, OpenApiSchema schema, string description, JsonNode? example = null, bool required = false) =>
        Add(name, ParameterLocation.Query, schema, description, example, required);

    public OperationText Header(string name, OpenApiSchema schema, string description, JsonNode? example = null) =>
        Add(name, ParameterLocation.Header, schema, description, example, required: false);

    public OperationText Id(string description = "The identification.") =>
        Add("id", ParameterLocation.Path, new OpenApiSchema { Type = JsonSchemaType.String, Format = "uuid" }, description, Examples.Id.ToString(), required: true);

    public OperationText Path(string name, OpenApiSchema schema, string description, JsonNode example) =>
        Add(name, ParameterLocation.Path, schema, description, example, required: true);

    /// <summary>A successful answer: what it means, an example, its headers.</summary>
    public OperationText Answer(int status, string description, object? example = null, params ReadOnlySpan<(string Name, string Description)> headers)
    {
        var response = Response(status);
        response.Description = description;
        if (example is not null && response.Content is { } contents && contents.TryGetValue("application/json", out var content))
            content.Example = JsonSerializer.SerializeToNode(example, json);
        foreach (var (name, text) in headers)
        {
            response.Headers ??= new Dictionary<string, IOpenApiHeader>();
            response.Headers[name] = new OpenApiHeader { Description = text, Schema = new OpenApiSchema { Type = JsonSchemaType.String } };
        }
        return this;
    }

    /// <summary>Errors that this operation may answer with, grouped by status.</summary>
    public OperationText Errors(params ReadOnlySpan<RequestRefusedException> errors)
    {
        foreach (var group in errors.ToArray().GroupBy(e => e.Status))
        {
            var response = Response(group.Key);
            response.Description = string.Join(" or ", group.Select(e => $"`{e.Code}`"));
            response.Content = new Dictionary<string, OpenApiMediaType>
            {
                ["application/problem+json"] = new OpenApiMediaType
                {
                    Schema = new OpenApiSchemaReference(ProblemSchema, document),
                    Examples = group.ToDictionary(e => e.Code, IOpenApiExample (e) => new OpenApiExample { Summary = e.Title, Value = Problem(e) }),
                },
            };
        }
        return this;
    }

    public OperationText Body(OpenApiRequestBody body)
    {
        operation.RequestBody = body;
        return this;
    }

    public OperationText Binary(int status, string description, params ReadOnlySpan<string> contentTypes)
    {
        var response = Response(status);
        response.Description = description;
        response.Content = contentTypes.ToArray().ToDictionary(type => type, _ => new OpenApiMediaType());
        return this;
    }

    private static JsonObject Problem(RequestRefusedException error) => new()
    {
        ["title"] = error.Title,
        ["status"] = error.Status,
        ["detail"] = error.Message,
        [Problems.CodeKey] = error.Code,
    };

    private OpenApiResponse Response(int status)
    {
        operation.Responses ??= [];
        var key = status.ToString(System.Globalization.CultureInfo.InvariantCulture);
        if (operation.Responses.TryGetValue(key, out var known) && known is OpenApiResponse response)
            return response;
        response = new OpenApiResponse();
        operation.Responses[key] = response;
        return response;
    }

    private OperationText Add(string name, ParameterLocation place, OpenApiSchema schema, string description, JsonNode? example, bool required)
    {
        operation.Parameters ??= [];
        if (operation.Parameters.OfType<OpenApiParameter>().FirstOrDefault(p => p.Name == name && p.In == place) is { } known)
            operation.Parameters.Remove(known);
        operation.Parameters.Add(new OpenApiParameter
        {
            Name = name,
            In = place,
            Required = required,
            Description = description,
            Schema = schema,
            Example = example,
        });
        return this;
    }
}
