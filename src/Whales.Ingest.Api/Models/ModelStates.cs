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

    /// <summary>The fresh states of one model, one for each worker.</summary>
    public IReadOnlyList<ModelStateChanged> Of(string model)
    {
        var fresh = clock.GetUtcNow() - StaleAfter;
        foreach (var (key, heard) in _heard)
        {
            if (heard.HeardAt < fresh)
                _heard.TryRemove(KeyValuePair.Create(key, heard));
        }

        return [.. _heard.Values.Where(h => h.State.Model == model).Select(h => h.State)];
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
