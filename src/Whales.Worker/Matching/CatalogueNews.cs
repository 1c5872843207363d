using System.Collections.Concurrent;
using MassTransit;
using Whales.Contracts;

namespace Whales.Worker.Matching;

/// <summary>Hurries those who follow a model's catalogue.</summary>
internal sealed class CatalogueNews(TimeProvider clock)
{
    private readonly ConcurrentDictionary<string, SemaphoreSlim> _wakes = new(StringComparer.Ordinal);

    public void Heard(string model)
    {
        var wake = Of(model);
        if (wake.CurrentCount == 0)
            wake.Release();
    }

    /// <summary>Waits until there is news of the model, or <paramref name="atMost"/> has passed.</summary>
    public async Task WaitAsync(string model, TimeSpan atMost, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(atMost, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            await Of(model).WaitAsync(either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
        }
    }

    private SemaphoreSlim Of(string model) => _wakes.GetOrAdd(model, _ => new SemaphoreSlim(0));
}

/// <summary>Hears of new catalogues on a queue of this process's own, because every worker must.</summary>
internal sealed class CatalogueConsumer(CatalogueNews news) : IConsumer<CatalogueChanged>
{
    public Task Consume(ConsumeContext<CatalogueChanged> context)
    {
        news.Heard(context.Message.Model);
        return Task.CompletedTask;
    }
}

internal sealed class CatalogueConsumerDefinition : ConsumerDefinition<CatalogueConsumer>
{
    public CatalogueConsumerDefinition() => Endpoint(endpoint =>
    {
        endpoint.Name = "catalogue-changed";
        endpoint.InstanceId = $"-{Guid.NewGuid():n}";
        endpoint.Temporary = true;
    });
}
