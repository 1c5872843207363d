using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Whales.Contracts;

namespace Whales.Ingest.Api.Storage;

/// <summary>The JSON columns.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(Region))]
[JsonSerializable(typeof(IdentificationResult))]
[JsonSerializable(typeof(IdentificationError))]
[JsonSerializable(typeof(Timings))]
internal sealed partial class RowJson : JsonSerializerContext
{
    public static string? Write<T>(T? value, JsonTypeInfo<T> type)
        where T : class => value is null ? null : JsonSerializer.Serialize(value, type);

    public static T? Read<T>(string? json, JsonTypeInfo<T> type)
        where T : class => json is null ? null : JsonSerializer.Deserialize(json, type);
}
