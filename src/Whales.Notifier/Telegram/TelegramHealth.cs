using Microsoft.Extensions.Diagnostics.HealthChecks;
using Whales.Notifier.Delivery;
using Whales.Notifier.Storage;

namespace Whales.Notifier.Telegram;

/// <summary>Whether messages can reach every chat; names the chat that they cannot.</summary>
internal sealed class TelegramHealth(ChatChecks checks, ChatBook chats, BotToken token, BotStatus bot, TimeProvider clock) : IHealthCheck
{
    private static readonly TimeSpan LongOutage = TimeSpan.FromMinutes(5);

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        if (!token.IsSet)
            return Task.FromResult(HealthCheckResult.Healthy("A dry run: there is no bot token, and nothing is sent."));

        var problems = new List<string>();
        if (checks.Reason is { } reason)
            problems.Add(reason);
        foreach (var chat in chats.All)
        {
            if (chat.Broken is { } broken)
                problems.Add($"Chat '{chat.Chat.Name}': {broken}.");
            else if (!chat.Checked && checks.Reason is null)
                problems.Add($"Chat '{chat.Chat.Name}' has not been checked yet.");
        }

        if (bot.Outage is { } outage && clock.GetUtcNow() - outage.Since > LongOutage)
            problems.Add($"Nothing could be sent since {outage.Since:u}: {outage.Why}");
        return Task.FromResult(problems.Count == 0 ? HealthCheckResult.Healthy() : new HealthCheckResult(context.Registration.FailureStatus, string.Join(' ', problems)));
    }
}

/// <summary>Whether what comes in can be kept: writes a line.</summary>
internal sealed class StoreHealth(NotifierStore store, TimeProvider clock) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            await store.RunAsync(session => Facts.Set(session, "health", clock.GetUtcNow().ToString("u"))).WaitAsync(cancellationToken);
            return HealthCheckResult.Healthy();
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            return new HealthCheckResult(context.Registration.FailureStatus, $"The notifier's store cannot be written: {exception.Message}");
        }
    }
}
