using Whales.Hosting;
using Whales.Hosting.Images;
using Whales.Hosting.Messaging;
using Whales.Ingest.Api;
using Whales.Ingest.Api.Storage;
using Whales.Worker;

var builder = WhalesDefaults.CreateBuilder(args, "standalone");
builder.AddIdentificationStore();
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

var app = builder.Build();
app.MapWhalesDefaults();
app.MapIngest();
await app.RunAsync();
