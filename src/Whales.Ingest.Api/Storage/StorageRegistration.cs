using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Whales.Hosting.Metrics;

namespace Whales.Ingest.Api.Storage;

public static class StorageRegistration
{
    /// <summary>
    /// Adds the <see cref="IIdentificationStore"/>: PostgreSQL when <c>ConnectionStrings:Whales</c> is set, else SQLite; see
    /// <see cref="StorageOptions"/>. The schema is brought up to date before any other part of the host starts.
    /// </summary>
    public static IHostApplicationBuilder AddIdentificationStore(this IHostApplicationBuilder builder)
    {
        builder.Services.AddOptions<StorageOptions>()
            .BindConfiguration(StorageOptions.Section)
            .ValidateDataAnnotations()
            .ValidateOnStart();
        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.Services.AddMetrics();
        builder.Services.TryAddSingleton<StoreMetrics>();
        builder.Services.AddSingleton(Database);
        builder.Services.AddSingleton<IIdentificationStore>(services =>
            new IdentificationStore(services.GetRequiredService<StoreDatabase>(), services.GetRequiredService<TimeProvider>()));
        builder.Services.AddSingleton<AuditStore>();
        builder.Services.AddSingleton<FaultStore>();
        builder.Services.AddSingleton<DeadLetterStore>();
        builder.Services.AddSingleton<ReplayStore>();
        builder.Services.AddSingleton<RetentionStore>();
        builder.Services.AddSingleton<LeaseStore>();
        builder.Services.AddSingleton<BatchStore>();
        builder.Services.AddSingleton<IndividualStore>();
        builder.Services.AddSingleton<EmbeddingStore>();
        builder.Services.AddSingleton<CatalogueStore>();
        builder.Services.AddSingleton<QuotaStore>();
        builder.Services.AddSingleton<OrphanSweep>();
        builder.Services.AddHostedService<StoreStart>();
        return builder;
    }

    /// <summary>Makes a second host on the same SQLite file stop at its start.</summary>
    public static IHostApplicationBuilder AddSoleOwner(this IHostApplicationBuilder builder)
    {
        builder.Services.AddSingleton<IValidateOptions<StorageOptions>, SoleOwner>();
        return builder;
    }

    private static StoreDatabase Database(IServiceProvider services) => new MeasuredDatabase(Open(services), services.GetRequiredService<StoreMetrics>());

    private static StoreDatabase Open(IServiceProvider services) =>
        services.GetRequiredService<IConfiguration>().GetConnectionString(StorageOptions.ConnectionName) is { Length: > 0 } postgres
            ? new PostgresDatabase(postgres)
            : new SqliteDatabase(Path.GetFullPath(
                services.GetRequiredService<IOptions<StorageOptions>>().Value.SqliteFile,
                services.GetRequiredService<IHostEnvironment>().ContentRootPath));
}
