using MassTransit;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;
using Whales.Hosting.Resilience;
using Whales.Hosting.Security;
using Whales.Notifier.Commands;
using Whales.Notifier.Daily;
using Whales.Notifier.Delivery;
using Whales.Notifier.Failures;
using Whales.Notifier.Heartbeat;
using Whales.Notifier.Intake;
using Whales.Notifier.Phrases;
using Whales.Notifier.Reconciliation;
using Whales.Notifier.Storage;
using Whales.Notifier.Telegram;
using Whales.Notifier.Telemetry;

namespace Whales.Notifier;

/// <summary>The notifier's parts, for its own host and for Standalone.</summary>
public static class NotifierExtensions
{
    /// <summary>True when the settings speak of the notifier: Standalone has it only then.</summary>
    public static bool IsNotifierConfigured(this IConfiguration configuration) =>
        configuration.GetSection(TelegramOptions.SectionName).Exists() || configuration.GetSection(NotifierOptions.SectionName).Exists();

    /// <summary>Everything between a webhook or failure and its message; call before the messaging, so that the bus stops first.</summary>
    /// <param name="builder">The host.</param>
    /// <param name="outage">How the host's readiness shows that Telegram cannot be used.</param>
    /// <param name="heartbeatExpected">Whether the Watchdog alert is missed from the start, where the settings do not say.</param>
    public static void AddNotifier(this IHostApplicationBuilder builder, HealthStatus outage = HealthStatus.Unhealthy, bool heartbeatExpected = true)
    {
        var services = builder.Services;
        services.AddOptions<NotifierOptions>().BindConfiguration(NotifierOptions.SectionName).ValidateOnStart();
        services.AddSingleton<IValidateOptions<NotifierOptions>, NotifierOptionsValidation>();
        // Before the binding, so that settings have the last word.
        services.Configure<HeartbeatOptions>(options => options.Expected = heartbeatExpected);
        services.AddOptions<HeartbeatOptions>().BindConfiguration(HeartbeatOptions.SectionName).ValidateDataAnnotations().ValidateOnStart();
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<Persistently>();
        services.AddSingleton<NotifierMetrics>();
        services.AddSingleton(provider => StoreDatabase.Choose(provider.GetRequiredService<IConfiguration>(), provider.GetRequiredService<IOptions<NotifierOptions>>()));
        services.AddSingleton<NotifierStore>();
        services.AddSingleton<Wakeup>();
        services.AddSingleton<Cards>();
        services.AddSingleton<AlertIntake>();
        services.AddSingleton<FailureIntake>();
        services.AddSingleton<WebhookIntake>();
        services.AddSingleton<SendLimits>();
        services.AddSingleton<Expiry>();
        services.AddSingleton<Replies>();
        services.AddSingleton<CardDelivery>();
        services.AddSingleton<Leadership>();
        services.AddSingleton<HeartbeatMonitor>();
        services.AddCommands();
        services.AddSingleton<IPressedMessages, PressedMessages>();
        services.AddSingleton<IMutes, Mutes>();
        services.AddSingleton<INotifierState, NotifierState>();
        services.AddSingleton<IKnownChats>(provider => provider.GetRequiredService<ChatBook>());
        services.AddTelegram();
        // Before whatever says something.
        services.AddSingleton<WordingLoader>();
        services.AddHostedService(provider => provider.GetRequiredService<WordingLoader>());
        services.AddHostedService<Dispatcher>();
        services.AddHostedService(provider => provider.GetRequiredService<HeartbeatMonitor>());
        services.AddHostedService<Housekeeping>();
        services.AddHostedService<Escalator>();
        services.AddOptions<ReconciliationOptions>().BindConfiguration(ReconciliationOptions.SectionName).ValidateDataAnnotations().ValidateOnStart();
        services.AddHostedService<Reconciler>();
        services.AddDailyDigest();
        services.AddHealthChecks()
            .AddCheck<StoreHealth>("notifier_store", outage, ["ready"])
            .AddCheck<TelegramHealth>("telegram", outage, ["ready"])
            .AddCheck<WordingHealth>("notifier_wording", HealthStatus.Degraded, ["ready"]);
    }

    /// <summary>The notifier's listeners on the bus.</summary>
    public static void AddNotifierConsumers(this IBusRegistrationConfigurator bus)
    {
        bus.AddConsumer<FailureConsumer, FailureConsumerDefinition>();
        bus.AddConsumer<ModelFailureConsumer, ModelFailureConsumerDefinition>();
    }

    /// <summary>The webhooks, Alertmanager's and Telegram's; in a dry run also the messages that were not sent.</summary>
    public static void MapNotifier(this WebApplication app)
    {
        app.MapWebhooks();
        var bot = app.Services.GetRequiredService<BotToken>();
        if (bot.IsSet && app.Services.GetRequiredService<IOptions<TelegramOptions>>().Value is { Updates: true, WebhookUrl: not null, WebhookSecret: not null })
            app.MapUpdates();
        if (!bot.IsSet)
            app.MapGet("/debug/outbox", (DryRunChannel channel) => channel.Outbox).ExcludeFromDescription().RequiresScope(Scope.Operate);
    }
}
