using Whales.Benchmarks;
using Whales.Hosting.Models;
using Whales.Testing;

// Usage: bench/run.sh [--models FOLDER] [--model NAME] [--seconds N] [--rounds N] [--only raw|ingest|standalone|rabbitmq|least|lanes|eta|overload|scrape|batch|catalogue|keys|webhook, several with commas]
switch (args)
{
    case [LeastApi.Command, .. var rest]:
        await LeastApi.ServeAsync(rest);
        return 0;
    case [LeastWorker.Command, .. var rest]:
        await LeastWorker.ServeAsync(rest);
        return 0;
}

string? Option(string name) => Array.IndexOf(args, name) is var i and >= 0 && i + 1 < args.Length ? args[i + 1] : null;
var modelsFolder = Path.GetFullPath(Option("--models") ?? Path.Combine(Repository.Root, "models"));
var seconds = TimeSpan.FromSeconds(double.Parse(Option("--seconds") ?? "10", System.Globalization.CultureInfo.InvariantCulture));
var rounds = Math.Max(1, int.Parse(Option("--rounds") ?? "1", System.Globalization.CultureInfo.InvariantCulture));
var only = Option("--only");
bool Wanted(string part) => only is null || only.Split(',').Contains(part);

Console.WriteLine(MachineFacts.Describe());
if (Wanted("catalogue"))
    await CatalogueBench.RunAsync(seconds);
if (Wanted("webhook"))
    await WebhookBench.RunAsync(seconds);
if (only is "catalogue" or "webhook")
    return 0;
var photos = BenchPhotos.Make(64);
Console.WriteLine($"{photos.Count} photos of {BenchPhotos.Width} x {BenchPhotos.Height} px, {photos.Average(p => p.Length) / 1000:0} kB on average; each figure over {seconds.TotalSeconds:0} s");

if (only is "batch")
{
    await BatchBench.RunAsync(modelsFolder);
    return 0;
}

foreach (var model in ModelFolders.Scan(modelsFolder).Models.Where(m => Option("--model") is not { } wanted || m.Manifest.Name == wanted))
{
    var bench = new ModelBench(modelsFolder, model, photos, seconds);
    if (Wanted("raw") || Wanted("standalone") || Wanted("rabbitmq") || Wanted("least"))
    {
        bench.PrintTitle();
        bench.Raw(details: Wanted("raw"));
        for (var round = 0; round < rounds; round++)
        {
            if (Wanted("standalone"))
                await bench.StandaloneAsync();
            if (Wanted("rabbitmq"))
                await bench.RabbitMqAsync();
            if (Wanted("least"))
                await bench.LeastAsync();
        }

        bench.PrintMedians();
    }

    var name = model.Manifest.Name;
    if (Wanted("lanes"))
        await new LaneBench(modelsFolder, name, photos, seconds).RunAsync();
    if (Wanted("eta"))
        await new EtaBench(modelsFolder, name, photos, seconds).RunAsync();
    if (Wanted("overload"))
        await new OverloadBench(modelsFolder, name, photos, seconds).RunAsync();
}

if (Wanted("scrape") && ModelFolders.Scan(modelsFolder).DefaultName(new ModelsOptions { Default = Option("--model") }) is { } scraped)
    await ScrapeBench.RunAsync(modelsFolder, scraped, photos, seconds);
if (Wanted("keys"))
    KeysBench.Run(seconds / 10);
if (Wanted("ingest"))
    await IngestBench.RunAsync(modelsFolder, photos, seconds);
if (Wanted("batch"))
    await BatchBench.RunAsync(modelsFolder);
return 0;
