namespace Whales.Hosting.Models;

/// <summary>A <c>model.json</c> that cannot be used; the message names the file, the property and what is wrong.</summary>
public sealed class ManifestException(string file, string? property, string problem, Exception? inner = null)
    : Exception(property is null ? $"{file}: {problem}" : $"{file}: {property}: {problem}", inner)
{
    /// <summary>As in <c>input.mean[1]</c>; null when the file as a whole is meant.</summary>
    public string? Property { get; } = property;
}
