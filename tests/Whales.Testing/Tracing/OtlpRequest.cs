using System.Buffers.Binary;
using System.Text;

namespace Whales.Testing.Tracing;

/// <summary>Reads the spans of an ExportTraceServiceRequest: as much of protobuf and of opentelemetry/proto/trace/v1 as that takes.</summary>
internal static class OtlpRequest
{
    public static IEnumerable<OtlpSpan> Spans(ReadOnlyMemory<byte> request)
    {
        foreach (var resourceSpans in Fields(request).Where(field => field.Number == 1))
        {
            var parts = Fields(resourceSpans.Bytes);
            var service = parts.Where(field => field.Number == 1).SelectMany(field => Attributes(field.Bytes, 1)).FirstOrDefault(pair => pair.Key == "service.name").Value ?? "";
            foreach (var span in parts.Where(field => field.Number == 2).SelectMany(scope => Fields(scope.Bytes)).Where(field => field.Number == 2))
                yield return Span(service, span.Bytes);
        }
    }

    private static OtlpSpan Span(string service, ReadOnlyMemory<byte> bytes)
    {
        var fields = Fields(bytes);
        var links = fields.Where(field => field.Number == 13).Select(field => Fields(field.Bytes)).Select(link => (Hex(link, 1), Hex(link, 2))).ToList();
        return new OtlpSpan(
            service, Text(fields, 5), Hex(fields, 1), Hex(fields, 2), Hex(fields, 4), Number(fields, 7), Number(fields, 8), links,
            string.Join('\n', Attributes(bytes, 9).Select(pair => $"{pair.Key}={pair.Value}")));
    }

    // KeyValue { key = 1, AnyValue value = 2 { string_value = 1 } }
    private static IEnumerable<(string Key, string Value)> Attributes(ReadOnlyMemory<byte> bytes, int number) =>
        from attribute in Fields(bytes)
        where attribute.Number == number
        let pair = Fields(attribute.Bytes)
        select (Text(pair, 1), Text(Fields(pair.FirstOrDefault(field => field.Number == 2).Bytes), 1));

    private static string Text(List<Field> fields, int number) => Encoding.UTF8.GetString(fields.FirstOrDefault(field => field.Number == number).Bytes.Span);

    private static string Hex(List<Field> fields, int number) => Convert.ToHexStringLower(fields.FirstOrDefault(field => field.Number == number).Bytes.Span);

    private static ulong Number(List<Field> fields, int number) => fields.FirstOrDefault(field => field.Number == number).Value;

    private static List<Field> Fields(ReadOnlyMemory<byte> bytes)
    {
        var fields = new List<Field>();
        while (!bytes.IsEmpty)
        {
            var tag = Varint(ref bytes);
            var number = (int)(tag >> 3);
            switch (tag & 7)
            {
                case 0:
                    fields.Add(new Field(number, Varint(ref bytes), default));
                    break;
                case 1:
                    fields.Add(new Field(number, BinaryPrimitives.ReadUInt64LittleEndian(bytes.Span), default));
                    bytes = bytes[8..];
                    break;
                case 2:
                    var length = (int)Varint(ref bytes);
                    fields.Add(new Field(number, 0, bytes[..length]));
                    bytes = bytes[length..];
                    break;
                case 5:
                    fields.Add(new Field(number, BinaryPrimitives.ReadUInt32LittleEndian(bytes.Span), default));
                    bytes = bytes[4..];
                    break;
                default:
                    throw new InvalidDataException($"Wire type {tag & 7}.");
            }
        }

        return fields;
    }

    private static ulong Varint(ref ReadOnlyMemory<byte> bytes)
    {
        ulong value = 0;
        for (var shift = 0; ; shift += 7)
        {
            var next = bytes.Span[0];
            bytes = bytes[1..];
            value |= (ulong)(next & 0x7f) << shift;
            if (next < 0x80)
                return value;
        }
    }

    private readonly record struct Field(int Number, ulong Value, ReadOnlyMemory<byte> Bytes);
}
