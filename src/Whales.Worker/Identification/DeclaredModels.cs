using Microsoft.Extensions.Options;
using Whales.Contracts;
using Whales.Hosting.Metrics;
using Whales.Hosting.Models;
using Whales.Worker.Telemetry;

namespace Whales.Worker.Identification;

/// <summary>The models that this host is to serve, told from their manifests; all their series are on the metrics page before any of them is loaded.</summary>
internal sealed class DeclaredModels(IOptions<ModelsOptions> options, WorkerMetrics metrics, QueueMetrics queues, CatalogueMetrics catalogues, StoreMetrics stores)
{
    public IReadOnlyList<ModelFolder> Served { get; private set; } = [];

    /// <summary>Of those to be served, the folders that are no model.</summary>
    public IReadOnlyList<BrokenModelFolder> Broken { get; private set; } = [];

    /// <summary>All folders that are no model.</summary>
    public IReadOnlyList<BrokenModelFolder> AllBroken { get; private set; } = [];

    /// <summary>Reads the model folder, once, at start.</summary>
    public void Read()
    {
        // Its first user is a loaded model.
        stores.OfImages();
        var folders = ModelFolders.Scan(options.Value.Folder);
        Served = [.. folders.Models.Where(model => options.Value.Serves(model.Manifest.Name))];
        AllBroken = folders.Broken;
        Broken = [.. folders.Broken.Where(folder => options.Value.Serves(folder.Name))];
        foreach (var manifest in Served.Select(model => model.Manifest))
        {
            metrics.DeclareModels([manifest.Name]);
            metrics.DeclareThresholds(manifest.Name, manifest.Thresholds.InferenceWarningSeconds, manifest.Thresholds.InferenceCriticalSeconds);
            queues.Declare(manifest.Name);
            if (manifest.Task == ModelTask.Embedding)
                catalogues.DeclareModel(manifest.Name);
        }

        foreach (var name in Broken.Select(folder => folder.Name).Where(Names.IsModel))
        {
            metrics.DeclareModels([name]);
            metrics.ModelLoadFailed(name);
        }
    }
}
