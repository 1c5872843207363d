using Microsoft.Extensions.Options;
using Whales.Hosting.Models;

namespace Whales.Ingest.Api.Models;

/// <summary>The models that photos may be sent to: the folders of the model folder, read once at start. No worker need exist for them yet.</summary>
public sealed partial class ServedModels
{
    private readonly Dictionary<string, ModelManifest> _manifests;

    public ServedModels(IOptions<ModelsOptions> options, ILogger<ServedModels> log)
    {
        var folders = ModelFolders.Scan(options.Value.Folder);
        foreach (var broken in folders.Broken)
            LeftOut(log, broken.Path, broken.Error);
        _manifests = folders.Models.ToDictionary(m => m.Manifest.Name, m => m.Manifest, StringComparer.Ordinal);
        Names = [.. _manifests.Keys.Order(StringComparer.Ordinal)];
        Default = folders.DefaultName(options.Value.Default);
    }

    /// <summary>In alphabetical order.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>The model of a request that names none; null when there are no models.</summary>
    public string? Default { get; }

    public ModelManifest? Find(string name) => _manifests.GetValueOrDefault(name);

    [LoggerMessage(Level = LogLevel.Error, Message = "Model folder {Folder} is left out: {Error}")]
    private static partial void LeftOut(ILogger logger, string folder, string error);
}
