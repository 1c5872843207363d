namespace Whales.Ingest.Api.Tests.Hosting;

/// <summary>One server for the tests of a class that do not mind each other's rows.</summary>
public sealed class IngestServerFixture : IAsyncLifetime
{
    public IngestServer Server { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Server = await IngestServer.StartAsync();

    public ValueTask DisposeAsync() => Server.DisposeAsync();
}
