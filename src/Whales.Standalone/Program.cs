using Whales.Hosting;
using Whales.Hosting.Images;
using Whales.Hosting.Messaging;
using Whales.Ingest.Api;
using Whales.Ingest.Api.Catalogue.Import;
using Whales.Ingest.Api.Storage;
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
        builder.AddWhalesMessaging(
            bus =>
            {
                bus.AddIngestConsumers();
                bus.AddWorkerConsumers();
            },
            inMemory: true);
    },
    app => app.MapIngest());
