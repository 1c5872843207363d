using Microsoft.Extensions.Diagnostics.HealthChecks;
using Whales.Hosting;
using Whales.Hosting.Images;
using Whales.Hosting.Messaging;
using Whales.Ingest.Api;
using Whales.Ingest.Api.Catalogue.Import;
using Whales.Ingest.Api.Storage;
using Whales.Notifier;
using Whales.Worker;

if (args is [ImportCommand.Name, ..])
    return await ImportCommand.RunAsync(args[1..], Console.Out);

return await WhalesHost.RunAsync(
    args,
    "standalone",
    port: 8000,
    builder =>
    {
        builder.AddIdentificationStore();
        builder.AddSoleOwner();
        builder.AddImageStore();
        builder.AddIngest();
        builder.AddWorker();
        // Only where its settings are: most who run one process for themselves have no bot.
        if (builder.Configuration.IsNotifierConfigured())
            builder.AddNotifier(HealthStatus.Degraded, heartbeatExpected: false);
        builder.AddWhalesMessaging(
            bus =>
            {
                bus.AddIngestConsumers();
                bus.AddWorkerConsumers();
                if (builder.Configuration.IsNotifierConfigured())
                    bus.AddNotifierConsumers();
            },
            inMemory: true);
    },
    app =>
    {
        app.MapIngest();
        if (app.Configuration.IsNotifierConfigured())
            app.MapNotifier();
    });
