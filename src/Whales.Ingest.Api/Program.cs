using Microsoft.Extensions.Diagnostics.HealthChecks;
using Whales.Hosting;
using Whales.Hosting.Images;
using Whales.Hosting.Messaging;
using Whales.Ingest.Api;
using Whales.Ingest.Api.Catalogue.Import;
using Whales.Ingest.Api.Security;
using Whales.Ingest.Api.Storage;

if (args is [ImportCommand.Name, ..])
    return await ImportCommand.RunAsync(args[1..], Console.Out);
if (args is ["make-key", ..])
    return MakeKeyCommand.Run(args[1..], Console.Out, Console.Error);

return await WhalesHost.RunAsync(
    args,
    "api",
    port: 8000,
    builder =>
    {
        builder.AddIdentificationStore();
        builder.AddImageStore();
        builder.AddIngest();
        // Photos are accepted while the broker is away; only their way on is delayed.
        builder.AddWhalesMessaging(bus => bus.AddIngestConsumers(), brokerOutage: HealthStatus.Degraded);
    },
    app => app.MapIngest());
