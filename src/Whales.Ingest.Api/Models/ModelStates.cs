using System.Collections.Concurrent;
using MassTransit;
using Whales.Contracts;

namespace Whales.Ingest.Api.Models;

/// <summary>What the workers last said of their models. A worker that has been silent for half a minute is gone.</summary>
internal sealed class ModelStates(TimeProvider clock) : IModelStates
{
    private static readonly TimeSpan StaleAfter = TimeSpan.FromSeconds(30);

    private readonly ConcurrentDictionary<(string Model, string Worker), (ModelStateChanged State, DateTimeOffset HeardAt)> _heard = new();

    public void Heard(ModelStateChanged state) => _heard[(state.Model, state.Worker)] = (state, clock.GetUtcNow());

    public ModelStatus? Find(string model)
    {
        var fresh = clock.GetUtcNow() - StaleAfter;
        foreach (var (key, heard) in _heard)
        {
            if (heard.HeardAt < fresh)
                _heard.TryRemove(KeyValuePair.Create(key, heard));
        }

        var states = _heard.Values.Where(h => h.State.Model == model).OrderByDescending(h => h.HeardAt).Select(h => h.State).ToList();
        if (states.Count == 0)
            return null;
        var ready = states.FindAll(s => s.State == ModelState.Ready);
        var shown = ready.Count > 0 ? ready[0] : states[0];
        return new ModelStatus
        {
            State = shown.State,
            Workers = ready.Count,
            Version = shown.ModelVersion,
            ExecutionProvider = ready.Count > 0 ? shown.ExecutionProvider : null,
            SecondsPerPhoto = ready.Count > 0 ? shown.SecondsPerPhoto : null,
            CatalogueVersion = shown.CatalogueVersion,
            Reason = ready.Count > 0 ? null : shown.Reason,
        };
    }
}

/// <summary>Hears the workers on a queue of this process's own, because every replica must.</summary>
internal sealed class ModelStateConsumer(ModelStates states) : IConsumer<ModelStateChanged>
{
    public Task Consume(ConsumeContext<ModelStateChanged> context)
    {
        states.Heard(context.Message);
        return Task.CompletedTask;
    }
}

internal sealed class ModelStateConsumerDefinition : ConsumerDefinition<ModelStateConsumer>
{
    public ModelStateConsumerDefinition() => Endpoint(endpoint =>
    {
        endpoint.Name = "model-states";
        endpoint.InstanceId = $"-{Guid.NewGuid():n}";
        endpoint.Temporary = true;
    });
}
