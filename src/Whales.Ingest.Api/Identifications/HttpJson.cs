using System.Text.Json;
using System.Text.Json.Serialization;
using Whales.Contracts;

namespace Whales.Ingest.Api.Identifications;

/// <summary>JSON as HTTP clients see it: camelCase, and what is absent is left out.</summary>
internal static class HttpJson
{
    public static void Configure(JsonSerializerOptions options)
    {
        options.DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull;
        // A number is a number: what the OpenAPI document would else call "number or string".
        options.NumberHandling = JsonNumberHandling.Strict;
        // Generated code for the answers of the busy path; reflection for the rest.
        options.TypeInfoResolverChain.Insert(0, HttpJsonContext.Default);
    }
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(Identification))]
[JsonSerializable(typeof(Page<Identification>))]
[JsonSerializable(typeof(IReadOnlyList<ModelInfo>))]
[JsonSerializable(typeof(ChangedCount))]
internal sealed partial class HttpJsonContext : JsonSerializerContext;
