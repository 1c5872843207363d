using System.Globalization;
using System.Text.Json;

namespace Whales.Hosting.Models;

/// <summary>One JSON object of a manifest, read property by property; remembers which were asked for, so that a misspelt one is found.</summary>
internal sealed class ManifestObject
{
    private readonly string _file;
    private readonly string _path;
    private readonly Dictionary<string, JsonElement> _properties = [];
    private readonly HashSet<string> _known = [];

    public ManifestObject(string file, string path, JsonElement element)
    {
        (_file, _path) = (file, path);
        if (element.ValueKind != JsonValueKind.Object)
            throw new ManifestException(file, path.Length == 0 ? null : path, "must be a JSON object.");
        foreach (var property in element.EnumerateObject())
            if (!_properties.TryAdd(property.Name, property.Value))
                throw Wrong(property.Name, "is given twice.");
    }

    public ManifestException Wrong(string property, string problem) => new(_file, PathOf(property), problem);

    public ManifestObject Object(string name) => new(_file, PathOf(name), Required(name));

    public ManifestObject? OptionalObject(string name) => Optional(name) is { } value ? new(_file, PathOf(name), value) : null;

    public string Text(string name, int longest) => Text(name, Required(name), longest);

    public string? OptionalText(string name, int longest) => Optional(name) is { } value ? Text(name, value, longest) : null;

    public double Number(string name, double least, double most) => Number(name, Required(name), least, most);

    public double? OptionalNumber(string name, double least, double most) =>
        Optional(name) is { } value ? Number(name, value, least, most) : null;

    public int Integer(string name, int least, int most)
    {
        var number = Number(name, least, most);
        return number == Math.Floor(number) ? (int)number : throw Wrong(name, "must be a whole number.");
    }

    public float[] Numbers(string name, int count, double least, double most)
    {
        var array = Required(name);
        if (array.ValueKind != JsonValueKind.Array || array.GetArrayLength() != count)
            throw Wrong(name, $"must be an array of {count} numbers.");
        return [.. array.EnumerateArray().Select((value, i) => (float)Number($"{name}[{i}]", value, least, most))];
    }

    /// <summary>The value of an enumeration, written in lower case.</summary>
    public T Choice<T>(string name) where T : struct, Enum
    {
        var value = Required(name);
        if (value.ValueKind == JsonValueKind.String)
            foreach (var choice in Enum.GetValues<T>())
                if (value.GetString() == Lower(choice))
                    return choice;
        throw Wrong(name, $"must be one of {string.Join(", ", Enum.GetValues<T>().Select(Lower))}.");
    }

    /// <summary>Any JSON, as text; null when it is not there.</summary>
    public string? Raw(string name) => Optional(name)?.GetRawText();

    /// <exception cref="ManifestException">The object has a property that nobody asked for.</exception>
    public void NothingElse()
    {
        foreach (var name in _properties.Keys)
            if (!_known.Contains(name))
                throw Wrong(name, $"is not known here; known are {string.Join(", ", _known)}.");
    }

    private JsonElement? Optional(string name)
    {
        _known.Add(name);
        return _properties.TryGetValue(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;
    }

    private JsonElement Required(string name) => Optional(name) ?? throw Wrong(name, "is missing.");

    private string Text(string name, JsonElement value, int longest)
    {
        if (value.ValueKind != JsonValueKind.String)
            throw Wrong(name, "must be text.");
        var text = value.GetString()!;
        return text.Length > 0 && text.Length <= longest && !text.Any(char.IsControl)
            ? text
            : throw Wrong(name, $"must be 1 to {longest} characters without control characters.");
    }

    private double Number(string name, JsonElement value, double least, double most)
    {
        if (value.ValueKind != JsonValueKind.Number || !value.TryGetDouble(out var number))
            throw Wrong(name, "must be a number.");
        return number >= least && number <= most
            ? number
            : throw Wrong(name, string.Create(CultureInfo.InvariantCulture, $"is {number}, must be {least} to {most}."));
    }

    private string PathOf(string name) => _path.Length == 0 ? name : $"{_path}.{name}";

    // The rule about lower case is for comparing text; these words are lower case in the file.
#pragma warning disable CA1308
    private static string Lower<T>(T choice) where T : struct, Enum => choice.ToString().ToLowerInvariant();
#pragma warning restore CA1308
}
