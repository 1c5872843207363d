using MassTransit;
using Whales.Contracts;

namespace Whales.Ingest.Api.Catalogue;

/// <summary>Hurries workers. Best effort: they look by themselves.</summary>
internal interface ICatalogueBroadcast
{
    Task SendAsync(CatalogueChanged changed, CancellationToken cancellationToken);
}

/// <summary>Tells them over the bus.</summary>
internal sealed class CatalogueBroadcast(IBus bus) : ICatalogueBroadcast
{
    public Task SendAsync(CatalogueChanged changed, CancellationToken cancellationToken) => bus.Publish(changed, cancellationToken);
}
