using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Whales.Hosting.Metrics;
using Whales.Worker.Matching;

namespace Whales.Worker.Telemetry;

/// <summary>Which catalogue each model of this worker matches with.</summary>
public sealed class CatalogueMetrics
{
    private readonly ConcurrentDictionary<string, State> _models = new(StringComparer.Ordinal);
    private readonly Counter<long> _failures;
    private readonly KnownSeries _known;

    public CatalogueMetrics(IMeterFactory factory, KnownSeries known)
    {
        _known = known;
        var meter = factory.Create(MeterNames.Worker);
        _failures = meter.CreateCounter<long>("whales.catalogue.load.errors", "{load}", "Catalogues that could not be taken over.");
        Gauge(meter, "whales.catalogue.version", null, "Version of the catalogue in use; 0 while it is the one that came with the model.", static state => state.Version);
        Gauge(meter, "whales.catalogue.embeddings", "{embedding}", "Embeddings that photos are compared with.", static state => state.Embeddings);
        Gauge(meter, "whales.catalogue.individuals", "{individual}", "Animals that can be named.", static state => state.Individuals);
    }

    /// <summary>Puts the model's series on the page. Again is harmless.</summary>
    public void DeclareModel(string model)
    {
        if (_models.TryAdd(model, new State(0, 0, 0)))
            _known.Add(_failures, Tag(model));
    }

    internal void InUse(string model, long version, Catalogue catalogue) =>
        _models[model] = new State(version, catalogue.Rows, catalogue.CountIndividuals());

    /// <summary>A head or a segment is missing or damaged, or made for another version of the model.</summary>
    public void LoadFailed(string model) => _failures.Add(1, Tag(model));

    private void Gauge(Meter meter, string name, string? unit, string description, Func<State, double> value) =>
        meter.CreateObservableGauge(name, () => _models.Select(model => new Measurement<double>(value(model.Value), Tag(model.Key))), unit, description);

    private static KeyValuePair<string, object?> Tag(string model) => new("model", model);

    private sealed record State(long Version, int Embeddings, int Individuals);
}
