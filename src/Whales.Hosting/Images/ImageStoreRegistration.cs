using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Whales.Hosting.Health;
using Whales.Hosting.Metrics;

namespace Whales.Hosting.Images;

public static class ImageStoreRegistration
{
    /// <summary>Adds the <see cref="IImageStore"/> that section <c>ImageStore</c> chooses, and its health check; see <see cref="ImageStoreOptions"/>.</summary>
    public static IHostApplicationBuilder AddImageStore(this IHostApplicationBuilder builder)
    {
        builder.Services.AddOptions<ImageStoreOptions>()
            .BindConfiguration(ImageStoreOptions.Section)
            .ValidateDataAnnotations()
            .ValidateOnStart();
        builder.Services.AddOptions<S3Options>()
            .BindConfiguration(S3Options.Section)
            .ValidateDataAnnotations()
            .ValidateOnStart();
        builder.Services.AddSingleton<IValidateOptions<S3Options>, S3OptionsCheck>();
        builder.Services.AddSingleton<IImageStore>(Open);
        builder.Services.AddHealthChecks().AddCheck<ImageStoreCheck>("images", tags: [HealthEndpoints.ReadyTag]);
        return builder;
    }

    internal static bool IsS3(string? kind) => "s3".Equals(kind, StringComparison.OrdinalIgnoreCase);

    private static IImageStore Open(IServiceProvider services)
    {
        var options = services.GetRequiredService<IOptions<ImageStoreOptions>>().Value;
        IImageStore store = IsS3(options.Kind)
            ? new S3ImageStore(services.GetRequiredService<IOptions<S3Options>>().Value, services.GetRequiredService<ILogger<S3ImageStore>>())
            : new FolderImageStore(Path.GetFullPath(options.Folder, services.GetRequiredService<IHostEnvironment>().ContentRootPath));
        return new MeasuredImageStore(store, services.GetRequiredService<StoreMetrics>());
    }
}
