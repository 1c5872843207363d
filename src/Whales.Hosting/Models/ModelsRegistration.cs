using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Whales.Hosting.Models;

public static class ModelsRegistration
{
    /// <summary>Section <c>Models</c>, checked at start. Both halves of Standalone ask for it: again is harmless.</summary>
    public static IServiceCollection AddModelsOptions(this IServiceCollection services)
    {
        services.AddOptions<ModelsOptions>().BindConfiguration(ModelsOptions.SectionName).ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<ModelsOptions>, FolderExists>());
        return services;
    }

    private sealed class FolderExists : IValidateOptions<ModelsOptions>
    {
        public ValidateOptionsResult Validate(string? name, ModelsOptions options) => Directory.Exists(options.Folder)
            ? ValidateOptionsResult.Success
            : ValidateOptionsResult.Fail($"Models:Folder is '{options.Folder}', and there is no such folder; it must have one folder per model.");
    }
}
