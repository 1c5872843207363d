using Microsoft.Extensions.Options;
using Whales.Hosting.Messaging;

namespace Whales.Worker.Identification;

/// <summary>How long work in flight may go on: until <see cref="RabbitMqOptions.DrainTimeout"/> after the host was asked to stop.</summary>
internal sealed class DrainDeadline : IDisposable
{
    private readonly CancellationTokenSource _over;
    private readonly CancellationTokenRegistration _stopping;

    public DrainDeadline(IHostApplicationLifetime lifetime, IOptions<RabbitMqOptions> options)
    {
        _over = new CancellationTokenSource();
        _stopping = lifetime.ApplicationStopping.Register(() => _over.CancelAfter(options.Value.DrainTimeout));
    }

    public CancellationToken Token => _over.Token;

    public void Dispose()
    {
        _stopping.Dispose();
        _over.Dispose();
    }
}
