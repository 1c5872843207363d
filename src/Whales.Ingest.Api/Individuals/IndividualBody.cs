using System.Text.Json;
using Whales.Contracts;
using Whales.Ingest.Api.Errors;
using Whales.Ingest.Api.Storage;

namespace Whales.Ingest.Api.Individuals;

/// <summary>What a request says of an animal, member by member: absent and null are not the same.</summary>
internal sealed class IndividualBody
{
    private const int MostBytes = 64 * 1024;
    private const int MostText = 100;
    private const int MostNotes = 4_000;

    private readonly Dictionary<string, string?> _members = new(StringComparer.Ordinal);

    private IndividualBody()
    {
    }

    public string? Id => _members.GetValueOrDefault("id");

    public static async Task<IndividualBody> ReadAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        if (!request.HasJsonContentType() && request.ContentType?.StartsWith("application/merge-patch+json", StringComparison.OrdinalIgnoreCase) != true)
            throw RequestRefusedException.Malformed("Send JSON, with Content-Type: application/json.");
        if (request.HttpContext.Features.Get<Microsoft.AspNetCore.Http.Features.IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
            size.MaxRequestBodySize = MostBytes;
        try
        {
            using var json = await JsonDocument.ParseAsync(request.Body, cancellationToken: cancellationToken);
            return Read(json.RootElement);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw RequestRefusedException.Malformed($"The body is no JSON: {e.Message}");
        }
    }

    /// <summary>True for what an animal may be called here.</summary>
    public static bool IsId(string id) =>
        id.Length is > 0 and <= MostText && id is not ("." or "..") && id.Trim() == id && !id.Any(c => char.IsControl(c) || char.IsSurrogate(c) || c is '/' or '\\');

    /// <summary>False for what no database holds: no animal is called so.</summary>
    public static bool CanBeAskedFor(string id) => !id.Any(char.IsControl);

    public IndividualRow Apply(IndividualRow row) => row with
    {
        Name = Member("name", row.Name),
        Species = Member("species", row.Species),
        Sex = Member("sex", row.Sex),
        Notes = Member("notes", row.Notes),
    };

    private static IndividualBody Read(JsonElement root)
    {
        if (root.ValueKind != JsonValueKind.Object)
            throw RequestRefusedException.Malformed("The body must be a JSON object with id, name, species, sex or notes.");
        var body = new IndividualBody();
        foreach (var member in root.EnumerateObject())
        {
            if (member.Value.ValueKind is not (JsonValueKind.String or JsonValueKind.Null))
                throw RequestRefusedException.Malformed("id, name, species, sex and notes are texts.");
            var text = member.Value.GetString()?.Trim();
            body._members[member.Name] = member.Name switch
            {
                "id" when text is null || IsId(text) => text,
                "name" or "species" => Short(member.Name, text, MostText),
                "notes" => Short(member.Name, text, MostNotes),
                "sex" when text is null or "unknown" or "female" or "male" => text,
                "id" => throw RequestRefusedException.Malformed("id must be 1 to 100 characters without control characters, / and \\."),
                "sex" => throw RequestRefusedException.Malformed("sex must be unknown, female or male."),
                _ => throw RequestRefusedException.Malformed("Only id, name, species, sex and notes can be said of an animal."),
            };
        }

        return body;
    }

    private static string? Short(string name, string? text, int most) =>
        text is null || (text.Length <= most && !text.Any(c => char.IsControl(c) && c is not ('\n' or '\r' or '\t')))
            ? text is "" ? null : text
            : throw RequestRefusedException.Malformed($"{name} must be at most {most} characters without control characters.");

    private string? Member(string name, string? before) => _members.TryGetValue(name, out var value) ? value : before;
}
