using Whales.Hosting;

return await WhalesHost.RunAsync(args, "notifier", port: 8085, _ => { });
