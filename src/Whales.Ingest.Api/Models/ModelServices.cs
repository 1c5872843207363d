using Microsoft.Extensions.Options;
using Whales.Hosting.Models;

namespace Whales.Ingest.Api.Models;

public static class ModelServices
{
    /// <summary>
    /// <see cref="KnownModels"/> from the folders of section <c>Models</c>, read once at start. A broken folder is logged and left out;
    /// what workers say about models (<see cref="IModelStates"/>) is registered by others.
    /// </summary>
    public static IServiceCollection AddKnownModels(this IServiceCollection services)
    {
        return services.AddModelsOptions().AddSingleton(provider => KnownModels.Read(
            provider.GetRequiredService<IOptions<ModelsOptions>>().Value, provider.GetRequiredService<ILogger<KnownModels>>()));
    }
}
