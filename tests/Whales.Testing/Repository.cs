using System.Reflection;

namespace Whales.Testing;

/// <summary>Where the checkout lies that this assembly was built from, and in which configuration.</summary>
public static class Repository
{
    public static string Root { get; } = Metadata("RepositoryRoot");

    private static string Configuration { get; } = Metadata("Configuration");

    /// <summary>The built program of a project of src/, for example <c>Whales.Worker</c>.</summary>
    /// <param name="project">The project.</param>
    /// <param name="folder">Null: src.</param>
    public static string Program(string project, string? folder = null)
    {
        var path = Path.Combine(Root, folder ?? "src", project, "bin", Configuration, $"net{Environment.Version.Major}.0", project + ".dll");
        return File.Exists(path)
            ? path
            : throw new FileNotFoundException($"{path} is not there: build the solution ({Configuration}) first.", path);
    }

    private static string Metadata(string key)
        => typeof(Repository).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().First(a => a.Key == key).Value!;
}
