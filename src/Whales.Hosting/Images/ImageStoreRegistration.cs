using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Whales.Hosting.Metrics;

namespace Whales.Hosting.Images;

public static class ImageStoreRegistration
{
    /// <summary>Adds the <see cref="IImageStore"/> that section <c>ImageStore</c> chooses; see <see cref="ImageStoreOptions"/>.</summary>
    public static IHostApplicationBuilder AddImageStore(this IHostApplicationBuilder builder)
    {
        builder.Services.AddOptions<ImageStoreOptions>()
            .BindConfiguration(ImageStoreOptions.Section)
            .ValidateDataAnnotations()
            .ValidateOnStart();
        builder.Services.AddSingleton<IImageStore>(services =>
        {
            var folder = Path.GetFullPath(
                services.GetRequiredService<IOptions<ImageStoreOptions>>().Value.Folder, services.GetRequiredService<IHostEnvironment>().ContentRootPath);
            return new MeasuredImageStore(new FolderImageStore(folder), services.GetRequiredService<StoreMetrics>());
        });
        return builder;
    }
}
