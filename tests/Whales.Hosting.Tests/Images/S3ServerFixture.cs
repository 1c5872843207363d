using Whales.Testing;

namespace Whales.Hosting.Tests.Images;

/// <summary>One S3 server for the tests of a class; each keeps to a prefix of its own.</summary>
public sealed class S3ServerFixture : IAsyncLifetime
{
    public S3Server Server { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Server = await S3Server.StartAsync();

    public ValueTask DisposeAsync() => Server.DisposeAsync();
}
