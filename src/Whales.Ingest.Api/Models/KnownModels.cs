using Whales.Hosting.Models;
using Whales.Ingest.Api.Errors;

namespace Whales.Ingest.Api.Models;

/// <summary>A model that photos can be sent to, whether a worker serves it now or not.</summary>
/// <param name="Name">Of the folder and the queue.</param>
/// <param name="Version">As the manifest says.</param>
/// <param name="Tier">As the manifest says.</param>
/// <param name="Task">Only an embedding model has a catalogue.</param>
/// <param name="Folder">Where it lies.</param>
public sealed record KnownModel(string Name, string Version, string Tier, ModelTask Task = ModelTask.Embedding, string? Folder = null)
{
    /// <summary>Seconds that a photo may wait until operators are warned; 0 when nobody said.</summary>
    public double WarningSeconds { get; init; }

    /// <summary>Seconds that a photo may wait until it is critical; 0 when nobody said.</summary>
    public double CriticalSeconds { get; init; }
}

/// <summary>The models of this installation, as their folders say.</summary>
public sealed partial class KnownModels
{
    private readonly Dictionary<string, KnownModel> _byName;
    private readonly string? _defaultName;

    /// <summary>All <paramref name="models"/>; <paramref name="defaultName"/> is the one that a request without a name gets.</summary>
    public KnownModels(IEnumerable<KnownModel> models, string? defaultName)
    {
        All = [.. models];
        _byName = All.ToDictionary(m => m.Name, StringComparer.Ordinal);
        _defaultName = defaultName;
    }

    public IReadOnlyList<KnownModel> All { get; }

    public IEnumerable<string> Names => All.Select(m => m.Name);

    /// <summary>The model that a request without a name gets; null when it is missing.</summary>
    public KnownModel? Default => _defaultName is null ? null : _byName.GetValueOrDefault(_defaultName);

    /// <summary>The models of <see cref="ModelsOptions.Folder"/>; a folder without a usable manifest is logged and left out.</summary>
    internal static KnownModels Read(ModelsOptions options, ILogger logger)
    {
        var folders = ModelFolders.Scan(options.Folder);
        foreach (var broken in folders.Broken)
            LogBroken(logger, broken.Name, broken.Error);
        return new KnownModels(
            folders.Models.Select(m => new KnownModel(m.Manifest.Name, m.Manifest.Version, m.Manifest.Tier, m.Manifest.Task, m.Path)
            {
                WarningSeconds = m.Manifest.Thresholds.WarningSeconds,
                CriticalSeconds = m.Manifest.Thresholds.CriticalSeconds,
            }), folders.DefaultName(options));
    }

    internal KnownModel Require(string? name)
    {
        if (name is null)
            return Default ?? throw RequestRefusedException.UnknownModel($"There is no default model here; name one with ?model=. {Listed()}");
        return _byName.GetValueOrDefault(name)
            ?? throw RequestRefusedException.UnknownModel($"There is no model {Shown(name)}. {Listed()}");
    }

    private string Listed() => All.Count == 0 ? "No model is installed." : $"Known models: {string.Join(", ", Names)}.";

    // A stranger's text goes into an answer only where it is short and plain.
    private static string Shown(string name) => Contracts.Names.IsModel(name) ? name : "of this name";

    [LoggerMessage(LogLevel.Error, "Model folder {Folder} is left out: {Reason}")]
    private static partial void LogBroken(ILogger logger, string folder, string reason);
}
