using Whales.Notifier.Commands.Answers;
using Whales.Notifier.Messages;
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
        services.AddSingleton<MessageRenderer>();
        services.AddHttpClient<AlertmanagerClient>();
        services.AddHttpClient<ModelsClient>();
        services.AddTransient<Silencer>().AddTransient<AlertsAnswer>().AddTransient<SilencesAnswer>().AddTransient<StatusAnswer>().AddTransient<MuteAnswer>();
        services.AddTransient<PressHandler>();
        services.AddSingleton<CommandAudit>();
        services.AddSingleton<CommandHandler>();
        return services;
    }
}
