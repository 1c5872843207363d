namespace Whales.Ingest.Api.Outbox;

internal static class SendProgressRegistration
{
    public static void AddSendProgress(this IServiceCollection services)
    {
        services.AddSingleton<SendProgress>();
        services.AddSingleton<StallWatch>();
        services.AddHostedService(provider => provider.GetRequiredService<StallWatch>());
        services.AddHealthChecks().AddCheck<StallWatch>("sending", tags: ["ready"]);
    }
}
