using Whales.Testing;

namespace Whales.FunctionalTests.Monitoring;

/// <summary>The notifier without a bot: what it would have sent is in its <see cref="Outbox"/>.</summary>
internal static class NotifierProcess
{
    public const string Token = "token-of-this-test";

    public static async Task<HostProcess> StartAsync(Uri broker, string sqliteFile)
    {
        var notifier = HostProcess.Start("Whales.Notifier", new Dictionary<string, string?>
        {
            ["RabbitMq__Uri"] = broker.ToString(),
            ["Notifier__SqliteFile"] = sqliteFile,
            ["Notifier__WebhookToken"] = Token,
        });
        try
        {
            await notifier.WaitForReadyAsync();
            return notifier;
        }
        catch
        {
            await notifier.DisposeAsync();
            throw;
        }
    }
}
