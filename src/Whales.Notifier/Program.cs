using Microsoft.Extensions.Diagnostics.HealthChecks;
using Whales.Hosting;
using Whales.Hosting.Messaging;
using Whales.Notifier;
using Whales.Notifier.Export;
using Whales.Notifier.Preview;

if (args is ["preview", ..])
    return await PreviewCommand.RunAsync(args[1..], Console.In, Console.Out);
if (args is ["export", ..])
    return await ExportCommand.RunAsync(args[1..], Console.Out, Console.Error);

return await WhalesHost.RunAsync(
    args,
    "notifier",
    port: 8085,
    builder =>
    {
        builder.AddNotifier();
        // Alerts arrive when the broker is down: that is when they are needed. Without one in the settings there are alerts only.
        builder.AddWhalesMessaging(
            bus => bus.AddNotifierConsumers(), inMemory: builder.Configuration["RabbitMq:Uri"] is null, brokerOutage: HealthStatus.Degraded);
    },
    app => app.MapNotifier());
