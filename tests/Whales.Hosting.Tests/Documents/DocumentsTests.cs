using System.Text.RegularExpressions;
using Whales.Testing;

namespace Whales.Hosting.Tests.Documents;

/// <summary>What documents point at is there, and what is there is named.</summary>
public sealed partial class DocumentsTests
{
    // Built, restored or written by running hosts.
    private static readonly HashSet<string> NotOurs = [".git", "node_modules", "bin", "obj", "artifacts", "data", "run"];

    [Fact]
    public void Links_BetweenDocuments_PointAtFiles()
    {
        var documents = Documents(Repository.Root).ToList();
        Assert.Contains(documents, document => Path.GetFileName(document) == "README.md");

        var broken =
            from document in documents
            from Match link in Link().Matches(File.ReadAllText(document))
            let target = link.Groups[1].Value.Split('#')[0]
            where target.Length > 0 && !target.Contains("://", StringComparison.Ordinal) && !target.StartsWith("mailto:", StringComparison.Ordinal)
            let path = Path.GetFullPath(Uri.UnescapeDataString(target), Path.GetDirectoryName(document)!)
            where !File.Exists(path) && !Directory.Exists(path)
            select $"{Path.GetRelativePath(Repository.Root, document)} -> {target}";

        Assert.Empty(broken);
    }

    [Fact]
    public void Readme_ProjectsOfTheSolution_AreNamed()
    {
        var solution = File.ReadAllText(Path.Combine(Repository.Root, "Whales.Queue.sln"));
        var readme = File.ReadAllText(Path.Combine(Repository.Root, "README.md"));
        var folders = Project().Matches(solution).Select(match => match.Groups[1].Value.Replace('\\', '/')).ToList();
        Assert.NotEmpty(folders);

        Assert.All(folders, folder => Assert.Contains($"`{folder}`", readme, StringComparison.Ordinal));
    }

    private static IEnumerable<string> Documents(string folder) =>
        Directory.EnumerateFiles(folder, "*.md").Concat(
            Directory.EnumerateDirectories(folder).Where(inner => !NotOurs.Contains(Path.GetFileName(inner))).SelectMany(Documents));

    [GeneratedRegex(@"\]\(([^)\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex("\"([^\"]+)[\\\\/][^\"\\\\/]+\\.csproj\"")]
    private static partial Regex Project();
}
