namespace Whales.Testing.Tracing;

/// <summary>A span as it came over the wire.</summary>
/// <param name="Service">service.name of the host that sent it.</param>
/// <param name="Name">What is done.</param>
/// <param name="TraceId">32 hexadecimal digits.</param>
/// <param name="SpanId">16 hexadecimal digits.</param>
/// <param name="ParentId">The span above; empty for a root.</param>
/// <param name="Start">Nanoseconds since 1970.</param>
/// <param name="End">Nanoseconds since 1970.</param>
/// <param name="Links">Spans of other traces.</param>
/// <param name="Text">Its attributes, a line each.</param>
public sealed record OtlpSpan(
    string Service, string Name, string TraceId, string SpanId, string ParentId, ulong Start, ulong End, IReadOnlyList<(string TraceId, string SpanId)> Links, string Text);
