using Whales.Notifier.Commands.Answers;
using Whales.Notifier.Messages;
using Whales.Notifier.Phrases;
using Whales.Notifier.Silences;

namespace Whales.Notifier.Commands;

/// <summary>Messages, silences and commands. The ports (<see cref="IPressedMessages"/> and its neighbours) are registered by whoever keeps them.</summary>
internal static class CommandsRegistration
{
    public static IServiceCollection AddCommands(this IServiceCollection services)
    {
        services.AddOptions<MessageOptions>().BindConfiguration(MessageOptions.SectionName).ValidateDataAnnotations().ValidateOnStart();
        services.AddOptions<AlertmanagerOptions>().BindConfiguration(AlertmanagerOptions.SectionName).ValidateDataAnnotations().ValidateOnStart();
        services.AddOptions<CommandOptions>().BindConfiguration(CommandOptions.SectionName).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<Wording>();
        services.AddSingleton<MessageRenderer>();
        AddClient<AlertmanagerClient>(services);
        AddClient<ModelsClient>(services);
        services.AddTransient<Silencer>().AddTransient<AlertsAnswer>().AddTransient<SilencesAnswer>().AddTransient<StatusAnswer>().AddTransient<MuteAnswer>();
        services.AddTransient<PressHandler>();
        services.AddSingleton<CommandAudit>();
        services.AddSingleton<AllowedPeople>();
        services.AddSingleton<CommandHandler>();
        return services;
    }

    /// <summary>They live as long as the handler that holds them, so connections, not clients, are renewed. Each has its own limit of time.</summary>
    public static void AddClient<T>(IServiceCollection services)
        where T : class => services.AddHttpClient<T>(client => client.Timeout = Timeout.InfiniteTimeSpan)
        .RemoveAllLoggers()
        .ConfigurePrimaryHttpMessageHandler(() => new SocketsHttpHandler { AllowAutoRedirect = false, PooledConnectionLifetime = TimeSpan.FromMinutes(5) })
        .SetHandlerLifetime(Timeout.InfiniteTimeSpan);
}
