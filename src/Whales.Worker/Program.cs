using Whales.Hosting;
using Whales.Hosting.Images;
using Whales.Hosting.Messaging;
using Whales.Worker;
using Whales.Worker.Models;

if (args is ["check-model", ..])
    return await CheckModelCommand.RunAsync(args[1..], Console.Out);

return await WhalesHost.RunAsync(args, "worker", port: 8001, builder =>
{
    builder.AddImageStore();
    builder.AddWorker();
    builder.AddWhalesMessaging(bus => bus.AddWorkerConsumers());
});
