using Whales.Hosting;
using Whales.Hosting.Images;
using Whales.Hosting.Messaging;
using Whales.Worker;
using Whales.Worker.Models;

if (args is ["check-model", ..])
    return await CheckModelCommand.RunAsync(args[1..], Console.Out);

var builder = WhalesDefaults.CreateBuilder(args, "worker");
builder.AddImageStore();
builder.AddWorker();
builder.AddWhalesMessaging(bus => bus.AddWorkerConsumers());

var app = builder.Build();
app.MapWhalesDefaults();
await app.RunAsync();
return 0;
