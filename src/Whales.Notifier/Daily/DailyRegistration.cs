using Whales.Notifier.Commands;

namespace Whales.Notifier.Daily;

/// <summary>The day's message, with whom it asks.</summary>
internal static class DailyRegistration
{
    public static void AddDailyDigest(this IServiceCollection services)
    {
        services.AddOptions<DailyOptions>().BindConfiguration(DailyOptions.SectionName).ValidateDataAnnotations().ValidateOnStart();
        CommandsRegistration.AddClient<PrometheusClient>(services);
        services.AddTransient<DayFigures>();
        services.AddHostedService<DailyDigest>();
    }
}
