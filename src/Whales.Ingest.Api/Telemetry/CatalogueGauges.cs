using System.Diagnostics.Metrics;
using Whales.Contracts;
using Whales.Hosting.Metrics;
using Whales.Ingest.Api.Storage;

namespace Whales.Ingest.Api.Telemetry;

/// <summary>What the database says of the catalogue, for the metrics.</summary>
public sealed class CatalogueGauges
{
    private static readonly (EmbeddingStatus Status, string Word)[] States =
        [(EmbeddingStatus.Queued, "queued"), (EmbeddingStatus.Embedded, "embedded"), (EmbeddingStatus.Failed, "failed")];

    private readonly LabelWords _models = new([]);
    private volatile Counts _counts = new([], []);

    public CatalogueGauges(IMeterFactory factory)
    {
        var meter = factory.Create(MeterNames.Api);
        meter.CreateObservableGauge("whales.catalogue.photos", Photos, "{photo}", "Catalogue photos by where they stand with a model.");
        meter.CreateObservableGauge("whales.catalogue.published.version", Versions, null, "Version of the catalogue that workers are given; 0 before the first.");
    }

    /// <summary>Makes these models label values. Again is harmless.</summary>
    public void DeclareModels(IEnumerable<string> models)
    {
        foreach (var model in models)
            _models.Add(model);
    }

    internal void Set(IReadOnlyList<EmbeddingStateCount> states, IReadOnlyList<HeadRow> heads) => _counts = new Counts(states, heads);

    private IEnumerable<Measurement<long>> Photos()
    {
        var states = _counts.States;
        return [.. _models.All.SelectMany(model => States.Select(state => new Measurement<long>(
            states.FirstOrDefault(count => count.Model == model && count.Status == state.Status).Count,
            new KeyValuePair<string, object?>("model", model), new KeyValuePair<string, object?>("status", state.Word))))];
    }

    private IEnumerable<Measurement<long>> Versions()
    {
        var heads = _counts.Heads;
        return [.. _models.All.Select(model => new Measurement<long>(
            heads.FirstOrDefault(head => head.Model == model)?.Version ?? 0, new KeyValuePair<string, object?>("model", model)))];
    }

    private sealed record Counts(IReadOnlyList<EmbeddingStateCount> States, IReadOnlyList<HeadRow> Heads);
}
