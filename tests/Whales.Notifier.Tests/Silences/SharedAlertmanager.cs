using Whales.Testing;

namespace Whales.Notifier.Tests.Silences;

/// <summary>One real Alertmanager for the tests of a class; each has alerts of a name of its own.</summary>
public sealed class SharedAlertmanager : IAsyncLifetime
{
    public AlertmanagerServer Server { get; private set; } = null!;

    public HttpClient Http { get; } = new();

    public async ValueTask InitializeAsync() => Server = await AlertmanagerServer.StartAsync();

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await Server.DisposeAsync();
    }
}
