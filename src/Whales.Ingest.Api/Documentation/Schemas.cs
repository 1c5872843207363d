using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.OpenApi;
using Whales.Contracts;

namespace Whales.Ingest.Api.Documentation;

/// <summary>Schemas of parameters, and of the errors.</summary>
internal static class Schemas
{
    public static OpenApiSchema Text(int? minLength = null, int? maxLength = null, string? pattern = null) =>
        new() { Type = JsonSchemaType.String, MinLength = minLength, MaxLength = maxLength, Pattern = pattern };

    public static OpenApiSchema ModelName => Text(1, 64, "^[a-z0-9_]{1,64}$");

    public static OpenApiSchema Uuid => new() { Type = JsonSchemaType.String, Format = "uuid" };

    public static OpenApiSchema Time => new() { Type = JsonSchemaType.String, Format = "date-time" };

    public static OpenApiSchema OneOf(IEnumerable<string> values) =>
        new() { Type = JsonSchemaType.String, Enum = [.. values.Select(JsonNode (v) => JsonValue.Create(v))] };

    public static OpenApiSchema Number(double minimum, double maximum) =>
        new() { Type = JsonSchemaType.Number, Minimum = Say(minimum), Maximum = Say(maximum) };

    public static OpenApiSchema NumberAbove(double minimum, double maximum) =>
        new() { Type = JsonSchemaType.Number, ExclusiveMinimum = Say(minimum), Maximum = Say(maximum) };

    public static OpenApiSchema Whole(int minimum, int maximum, int byDefault) =>
        new() { Type = JsonSchemaType.Integer, Minimum = Say(minimum), Maximum = Say(maximum), Default = byDefault };

    /// <summary>RFC 9457 with our code.</summary>
    public static OpenApiSchema Problem => new()
    {
        Type = JsonSchemaType.Object,
        Description = "What went wrong (RFC 9457). Programs go by code, which never changes its meaning; title and detail are for people.",
        Required = new HashSet<string> { "title", "status", "code" },
        Properties = new Dictionary<string, IOpenApiSchema>
        {
            ["type"] = Text(),
            ["title"] = Text(),
            ["status"] = new OpenApiSchema { Type = JsonSchemaType.Integer },
            ["detail"] = Text(),
            ["code"] = OneOf(ErrorCodes.All),
            ["traceId"] = Text(),
        },
    };

    private static string Say(double value) => value.ToString(CultureInfo.InvariantCulture);
}
