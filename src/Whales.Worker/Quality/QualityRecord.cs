using System.Text.Json;
using System.Text.Json.Serialization;

namespace Whales.Worker.Quality;

/// <summary>What a model gives for a set of pictures; as <c>recorded.json</c> beside it, what it gave when it was committed.</summary>
internal sealed record QualityRecord
{
    public const string FileName = "recorded.json";

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectNullableAnnotations = true,
    };

    /// <summary>By kind of picture.</summary>
    public required SortedDictionary<string, Retrieval> Retrieval { get; init; }

    /// <summary>By picture: those of a few animals, enough to see that the network, its input or its catalogue is another.</summary>
    public required SortedDictionary<string, RecordedAnswer> Answers { get; init; }

    /// <exception cref="QualityException">There is none, or it cannot be read.</exception>
    public static QualityRecord Read(string folder)
    {
        var file = Path.Combine(folder, FileName);
        try
        {
            return JsonSerializer.Deserialize<QualityRecord>(File.ReadAllBytes(file), Json) ?? throw new JsonException("It is null.");
        }
        catch (JsonException e)
        {
            throw new QualityException($"{file}: is no record: {e.Message}", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new QualityException($"{file}: {(e is FileNotFoundException ? "is missing: nothing says what this model should give for the pictures." : $"cannot be read: {e.Message}")}", e);
        }
    }

    /// <returns>The file.</returns>
    /// <exception cref="QualityException">It cannot be written.</exception>
    public string Write(string folder)
    {
        var file = Path.Combine(folder, FileName);
        try
        {
            File.WriteAllText(file, JsonSerializer.Serialize(this, Json) + "\n");
            return file;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new QualityException($"{file}: cannot be written: {e.Message}", e);
        }
    }
}

/// <summary>What a model gives for one picture.</summary>
internal sealed record RecordedAnswer
{
    /// <summary>The best candidate's score: how like the most alike photo of the model's own catalogue is, or the best label's probability. Null when nobody is known.</summary>
    public float? Score { get; init; }

    /// <summary>The gate's score; null without a gate.</summary>
    public float? Cetacean { get; init; }

    /// <summary>Of length 1: float16, little-endian.</summary>
    public required byte[] Embedding { get; init; }
}
