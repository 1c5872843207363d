using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Whales.Hosting.Health;

namespace Whales.Hosting;

/// <summary>The frame of every host's Program.cs.</summary>
public static class WhalesHost
{
    // Read by System.Net.Sockets at its first use; there is no other way to set it.
    private const string InlineCompletions = "DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS";

    // What comes after shutdownTimeoutSeconds, which every part has been told of.
    private static readonly TimeSpan StopGrace = TimeSpan.FromSeconds(5);

    /// <summary>Builds the host with its defaults and runs it until it is asked to stop. What keeps it from starting is said in a line.</summary>
    /// <param name="args">Command line.</param>
    /// <param name="name">api, worker, notifier or standalone: how the host calls itself in its logs.</param>
    /// <param name="port">On 127.0.0.1, where <c>urls</c> says nothing else.</param>
    /// <param name="add">Registers the host's parts.</param>
    /// <param name="map">Maps the host's endpoints, after those that every host has.</param>
    /// <returns>The exit code: 0 after an orderly stop, 1 when the host could not start, a part of it died, or it did not stop in time.</returns>
    public static async Task<int> RunAsync(
        string[] args, string name, int port, Action<WebApplicationBuilder> add, Action<WebApplication>? map = null)
    {
        // What arrives on a socket goes on where it was read: handing each piece to a pool thread costs more than the piece itself while
        // the network keeps all cores busy (docs/decisions/0005-compute-threads.md).
        if (Environment.GetEnvironmentVariable(InlineCompletions) is null)
            Environment.SetEnvironmentVariable(InlineCompletions, "1");
        try
        {
            // Settings are read once, at start: watching for changes would hear of every photo written below the working directory.
            var asked = args is [HealthCheckCommand.Switch];
            var builder = WebApplication.CreateBuilder(["--hostBuilder:reloadConfigOnChange=false", .. asked ? [] : args]);
            if (asked)
                return await HealthCheckCommand.RunAsync(builder.Configuration, port, Console.Error);
            builder.Configuration.AddSecretFiles(Environment.GetEnvironmentVariables());
            if (string.IsNullOrEmpty(builder.Configuration[WebHostDefaults.ServerUrlsKey]))
                builder.WebHost.UseUrls($"http://127.0.0.1:{port}");
            builder.AddWhalesDefaults(name);
            add(builder);

            var app = builder.Build();
            app.MapWhalesDefaults();
            map?.Invoke(app);
            var background = app.Services.GetServices<IHostedService>().OfType<BackgroundService>().ToList();
            var inTime = await RunAsync(app);
            // The host stops in good order when a part of it has died; a supervisor must hear of it all the same.
            return inTime && !background.Any(service => service.ExecuteTask is { IsFaulted: true }) ? 0 : 1;
        }
        catch (OptionsValidationException exception)
        {
            await Console.Error.WriteLineAsync($"A setting is wrong: {string.Join(" ", exception.Failures)}");
        }
        catch (AggregateException exception) when (exception.Flatten().InnerExceptions.All(inner => inner is OptionsValidationException))
        {
            // Several settings are wrong.
            var failures = exception.Flatten().InnerExceptions.Cast<OptionsValidationException>().SelectMany(inner => inner.Failures).Distinct();
            await Console.Error.WriteLineAsync($"Settings are wrong: {string.Join(" ", failures)}");
        }
        catch (IOException exception) when (exception.InnerException is AddressInUseException)
        {
            await Console.Error.WriteLineAsync($"{exception.Message} Choose another address with --urls, or end the program that has it.");
        }

        return 1;
    }

    // A bus whose broker does not answer waits for it longer than a stopping host may take, and heeds no token.
    private static async Task<bool> RunAsync(WebApplication app)
    {
        var stopping = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = app.Lifetime.ApplicationStopping.Register(stopping.SetResult);
        try
        {
            await app.StartAsync();
        }
        catch
        {
            await app.DisposeAsync();
            throw;
        }

        await stopping.Task;
        var limit = app.Services.GetRequiredService<IOptions<HostOptions>>().Value.ShutdownTimeout + StopGrace;
        try
        {
            await StopAsync().WaitAsync(limit);
            return true;
        }
        catch (TimeoutException)
        {
            await Console.Error.WriteLineAsync($"It has not stopped in {limit.TotalSeconds:0} s and is ended. Photos in hand are run again.");
            return false;
        }

        async Task StopAsync()
        {
            await app.StopAsync();
            await app.DisposeAsync();
        }
    }
}
