namespace Whales.Ingest.Api.Operations;

public static class OperationsServices
{
    /// <summary>What <see cref="OperationsEndpoints.MapOperations"/> and the replay of many need; <see cref="IDeadLetterSender"/> is registered by others.</summary>
    public static IServiceCollection AddOperations(this IServiceCollection services)
    {
        services.AddOptions<ReplayOptions>().BindConfiguration(ReplayOptions.SectionName).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<ReplayPace>();
        return services;
    }
}
