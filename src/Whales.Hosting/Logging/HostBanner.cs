using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Whales.Hosting.Logging;

/// <summary>Says in one line each that the host is there, is going and is gone.</summary>
internal sealed partial class HostBanner(string host, IServer server, ILogger<HostBanner> logger) : IHostedLifecycleService
{
    public Task StartedAsync(CancellationToken cancellationToken)
    {
        var build = BuildInfo.Current;
        var addresses = server.Features.Get<IServerAddressesFeature>()?.Addresses ?? [];
        LogListening(host, build.Version, build.Revision, addresses.Count == 0 ? "no address" : string.Join(' ', addresses), build.Dotnet);
        return Task.CompletedTask;
    }

    public Task StoppingAsync(CancellationToken cancellationToken)
    {
        LogStopping(host);
        return Task.CompletedTask;
    }

    public Task StoppedAsync(CancellationToken cancellationToken)
    {
        LogStopped(host);
        return Task.CompletedTask;
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    [LoggerMessage(Level = LogLevel.Information, Message = "Whales.Queue {Host} {Version} ({Revision}) listens on {Addresses} (.NET {Dotnet}).")]
    private partial void LogListening(string host, string version, string revision, string addresses, string dotnet);

    [LoggerMessage(Level = LogLevel.Information, Message = "Whales.Queue {Host} finishes what it has begun and stops.")]
    private partial void LogStopping(string host);

    [LoggerMessage(Level = LogLevel.Information, Message = "Whales.Queue {Host} has stopped.")]
    private partial void LogStopped(string host);
}
