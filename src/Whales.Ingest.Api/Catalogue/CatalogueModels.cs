using Whales.Hosting.Models;
using Whales.Ingest.Api.Models;
using Whales.Ingest.Api.Storage;

namespace Whales.Ingest.Api.Catalogue;

/// <summary>Which of the known models compare with a catalogue.</summary>
internal sealed class CatalogueModels(KnownModels models)
{
    public IReadOnlyList<CatalogueModel> All { get; } =
        [.. models.All.Where(model => model.Task == ModelTask.Embedding).Select(model => new CatalogueModel(model.Name, model.Version))];

    /// <summary>Classifiers: they know whom they were trained on.</summary>
    public IReadOnlyList<string> Without { get; } = [.. models.All.Where(model => model.Task != ModelTask.Embedding).Select(model => model.Name)];

    public IEnumerable<string> Names => All.Select(model => model.Name);
}
