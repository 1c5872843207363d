using System.Reflection;

namespace Whales.Hosting;

/// <summary>Which build this is.</summary>
/// <param name="Version">Such as 1.0.0.</param>
/// <param name="Revision">The commit, or unknown.</param>
/// <param name="Dotnet">The runtime, such as 10.0.1.</param>
public sealed record BuildInfo(string Version, string Revision, string Dotnet)
{
    public static BuildInfo Current { get; } = Read(typeof(BuildInfo).Assembly);

    private static BuildInfo Read(Assembly assembly)
    {
        // The SDK writes version+commit where it builds from a repository.
        var text = assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0.0.0";
        var plus = text.IndexOf('+', StringComparison.Ordinal);
        return new BuildInfo(
            plus < 0 ? text : text[..plus],
            plus < 0 ? "unknown" : text[(plus + 1)..],
            Environment.Version.ToString());
    }
}
