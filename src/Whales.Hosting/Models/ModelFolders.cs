namespace Whales.Hosting.Models;

/// <summary>The models of a folder, told from their manifests alone: no weights are read.</summary>
public sealed class ModelFolders
{
    private ModelFolders(IReadOnlyList<ModelFolder> models, IReadOnlyList<BrokenModelFolder> broken) => (Models, Broken) = (models, broken);

    /// <summary>Folders with a manifest that can be used, by name.</summary>
    public IReadOnlyList<ModelFolder> Models { get; }

    /// <summary>Folders without one. The rest of the host lives on.</summary>
    public IReadOnlyList<BrokenModelFolder> Broken { get; }

    /// <summary>Reads the manifest of every folder in <paramref name="root"/>; hidden folders and files are passed over.</summary>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    public static ModelFolders Scan(string root)
    {
        var models = new List<ModelFolder>();
        var broken = new List<BrokenModelFolder>();
        foreach (var folder in Directory.EnumerateDirectories(root).Order(StringComparer.Ordinal))
        {
            var name = Path.GetFileName(folder);
            if (name.StartsWith('.'))
                continue;
            try
            {
                models.Add(new ModelFolder(folder, ManifestReader.Read(folder)));
            }
            catch (ManifestException e)
            {
                broken.Add(new BrokenModelFolder(folder, e.Message));
            }
        }

        return new ModelFolders(models, broken);
    }

    /// <summary>
    /// The model that a request without a name gets: <see cref="ModelsOptions.Default"/>, else of those in <see cref="ModelsOptions.Serve"/> (of all, when none of them is there) the first (by name) of
    /// the tier <c>accurate</c>, else of <c>balanced</c>, else the first; null when there is none. A configured name is taken as it is, also when its folder is missing or broken.
    /// </summary>
    public string? DefaultName(ModelsOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return !string.IsNullOrEmpty(options.Default)
            ? options.Default
            : Models.Select(m => m.Manifest).OrderByDescending(m => options.Serves(m.Name))
                .ThenBy(m => m.Tier switch { "accurate" => 0, "balanced" => 1, _ => 2 }).FirstOrDefault()?.Name;
    }
}

/// <summary>A model's folder and what its manifest says.</summary>
public sealed record ModelFolder(string Path, ModelManifest Manifest);

/// <summary>A folder that is no model, and why.</summary>
public sealed record BrokenModelFolder(string Path, string Error)
{
    /// <summary>The folder's own name.</summary>
    public string Name => System.IO.Path.GetFileName(Path);
}
