using System.Diagnostics.CodeAnalysis;
using System.Text.Json;

namespace Whales.Notifier.Alerts;

/// <summary>Reads a webhook body: takes what it does not know along, and says everything that is wrong at once.</summary>
internal static class AlertmanagerPayloadParser
{
    private static readonly JsonDocumentOptions Options = new() { MaxDepth = 32 };

    public static ParsedPayload Parse(ReadOnlyMemory<byte> utf8)
    {
        try
        {
            using var document = JsonDocument.Parse(utf8, Options);
            return new PayloadReader().Read(document.RootElement);
        }
        catch (JsonException exception)
        {
            return new ParsedPayload(null, [$"The body is not JSON: {exception.Message}"]);
        }
    }
}

/// <summary>A payload, or what was wrong with the body: one sentence each, fit for a problem document.</summary>
internal sealed record ParsedPayload(AlertmanagerPayload? Payload, IReadOnlyList<string> Problems)
{
    [MemberNotNullWhen(true, nameof(Payload))]
    public bool IsValid => Payload is not null && Problems.Count == 0;
}
