using YamlDotNet.Core;
using YamlDotNet.Core.Events;
using YamlDotNet.Serialization;

namespace Whales.Deployment.Tests;

/// <summary>Reads YAML into dictionaries, lists and text, with anchors and merge keys (<c>&lt;&lt;</c>) resolved.</summary>
internal static class Yaml
{
    /// <summary>Every document of a file.</summary>
    public static IReadOnlyList<YamlMap> ReadAll(string path)
    {
        var deserializer = new DeserializerBuilder().Build();
        var documents = new List<YamlMap>();
        using var text = File.OpenText(path);
        var parser = new MergingParser(new Parser(text));
        parser.Consume<StreamStart>();
        while (parser.Accept<DocumentStart>(out _))
            documents.Add(new YamlMap((IDictionary<object, object>)deserializer.Deserialize<object>(parser)!));
        return documents;
    }

    public static YamlMap Read(string path) => ReadAll(path).Single();
}

/// <summary>A mapping with shortcuts that answer empty for what is not there.</summary>
internal sealed class YamlMap(IDictionary<object, object> values)
{
    public IEnumerable<string> Keys => values.Keys.Cast<string>();

    public YamlMap Map(string key) =>
        values.TryGetValue(key, out var value) && value is IDictionary<object, object> map ? new YamlMap(map) : new YamlMap(new Dictionary<object, object>());

    public string? Text(string key) => values.TryGetValue(key, out var value) ? value as string : null;

    /// <summary>A list of texts; a single text is a list of one.</summary>
    public IReadOnlyList<string> Texts(string key) => values.TryGetValue(key, out var value)
        ? value switch { IList<object> list => [.. list.OfType<string>()], string text => [text], _ => [] }
        : [];

    /// <summary>A list of mappings.</summary>
    public IReadOnlyList<YamlMap> Maps(string key) =>
        values.TryGetValue(key, out var value) && value is IList<object> list ? [.. list.OfType<IDictionary<object, object>>().Select(map => new YamlMap(map))] : [];

    public bool Has(string key) => values.ContainsKey(key);
}
