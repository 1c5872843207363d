using Microsoft.Extensions.Options;
using Whales.Notifier.Delivery;

namespace Whales.Notifier.Telegram;

/// <summary>The bot: its client, its chats, its checks.</summary>
internal static class TelegramRegistration
{
    public static void AddTelegram(this IServiceCollection services)
    {
        services.AddOptions<TelegramOptions>().BindConfiguration(TelegramOptions.SectionName);
        services.AddSingleton<BotToken>();
        services.AddSingleton<BotStatus>();
        services.AddSingleton<ChatBook>();
        services.AddSingleton<TelegramPipelines>();
        services.AddSingleton<TelegramChannel>();
        services.AddSingleton<DryRunChannel>();
        services.AddSingleton<INotificationChannel>(provider =>
            provider.GetRequiredService<BotToken>().IsSet ? provider.GetRequiredService<TelegramChannel>() : provider.GetRequiredService<DryRunChannel>());
        services.AddSingleton<ChatChecks>();
        services.AddHostedService(provider => provider.GetRequiredService<ChatChecks>());
        services.AddSingleton<UpdateHandler>();
        services.AddSingleton<UpdatePolling>();
        services.AddSingleton<UpdateWebhook>();
        services.AddSingleton<UpdateIntake>();
        services.AddHostedService<UpdateListener>();
        services.AddHttpClient<TelegramClient>(client => client.Timeout = Timeout.InfiniteTimeSpan)
            // The token is part of every address: nothing may log it, and no trace may carry it. Telegram needs no trace context either.
            .RemoveAllLoggers()
            .ConfigurePrimaryHttpMessageHandler(() => new SocketsHttpHandler
            {
                ActivityHeadersPropagator = null,
                AllowAutoRedirect = false,
                PooledConnectionLifetime = TimeSpan.FromMinutes(5),
                ConnectTimeout = TimeSpan.FromSeconds(10),
            })
            .SetHandlerLifetime(Timeout.InfiniteTimeSpan);
    }
}
