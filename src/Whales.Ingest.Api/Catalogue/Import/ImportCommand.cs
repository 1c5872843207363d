using System.Security.Cryptography;
using Whales.Contracts;
using Whales.Hosting.Catalogue;

namespace Whales.Ingest.Api.Catalogue.Import;

/// <summary>
/// <c>import-catalogue DIR|CSV</c>: brings known animals into a running system, over HTTP as anybody would. It can be broken off and started again:
/// what is there already is not sent a second time.
/// </summary>
public static class ImportCommand
{
    public const string Name = "import-catalogue";

    private const string Usage = """
        usage: import-catalogue DIR|CSV [--url URL] [--key KEY] [--no-wait]
          DIR        a folder with a folder for each animal, named by its id, with its photos in it
          CSV        a file with the columns file,individual_id and, if known, name,species; files relative to it
          --url      of the API; http://127.0.0.1:8000/ unless given
          --key      an API key with the scope curate; also from WHALES_API_KEY
          --no-wait  do not wait until the photos are embedded
        """;

    // Uploads side by side: enough to keep the disk of the API busy.
    private const int Uploads = 4;

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    /// <param name="args">What follows the command's name.</param>
    /// <param name="output">Gets the progress, a line every 2 s.</param>
    /// <param name="cancellationToken">Breaks it off.</param>
    /// <returns>The exit code: 0 when all is there, 1 when something was refused or failed, 2 when the command cannot be understood.</returns>
    public static async Task<int> RunAsync(string[] args, TextWriter output, CancellationToken cancellationToken = default)
    {
        string? source = null, key = Environment.GetEnvironmentVariable("WHALES_API_KEY");
        var (url, wait) = ("http://127.0.0.1:8000/", true);
        for (var i = 0; i < args.Length; i++)
        {
            switch (args[i])
            {
                case "--url" when i + 1 < args.Length:
                    url = args[++i];
                    break;
                case "--key" when i + 1 < args.Length:
                    key = args[++i];
                    break;
                case "--no-wait":
                    wait = false;
                    break;
                case var text when source is null && !text.StartsWith('-'):
                    source = text;
                    break;
                default:
                    source = null;
                    i = args.Length;
                    break;
            }
        }

        if (source is null || !Uri.TryCreate(url.TrimEnd('/') + "/", UriKind.Absolute, out var api) || api.Scheme is not ("http" or "https"))
        {
            await output.WriteLineAsync(Usage);
            return 2;
        }

        using var client = new ImportClient(api, string.IsNullOrEmpty(key) ? null : key, TimeProvider.System);
        try
        {
            return await new Import(client, output).RunAsync(ImportSource.Read(source), wait, cancellationToken);
        }
        catch (Exception e) when (e is CatalogueFileException or ImportRefusedException or HttpRequestException)
        {
            await output.WriteLineAsync(e is HttpRequestException ? $"{api} cannot be reached: {e.Message}" : e.Message);
            return 1;
        }
    }

    private sealed class Import(ImportClient client, TextWriter output)
    {
        private int _uploaded, _known, _refused;

        public async Task<int> RunAsync(IReadOnlyList<ImportedAnimal> animals, bool wait, CancellationToken cancellationToken)
        {
            var total = animals.Sum(animal => animal.Files.Count);
            await SayAsync($"{animals.Count} animals with {total} photos.");
            var sending = SendAllAsync(animals, cancellationToken);
            while (await Task.WhenAny(sending, Task.Delay(Interval, cancellationToken)) != sending)
                await SayAsync($"uploaded {_uploaded}, there already {_known}, refused {_refused} of {total}; {await EmbeddingAsync(cancellationToken)}");
            await sending;
            await SayAsync($"uploaded {_uploaded}, there already {_known}, refused {_refused} of {total}");
            if (!wait)
                return _refused == 0 ? 0 : 1;
            await WaitAsync(cancellationToken);
            return await ReportAsync(animals, cancellationToken);
        }

        private async Task SendAllAsync(IReadOnlyList<ImportedAnimal> animals, CancellationToken cancellationToken) =>
            await Parallel.ForEachAsync(animals, new ParallelOptions { MaxDegreeOfParallelism = Uploads, CancellationToken = cancellationToken }, async (animal, ct) =>
            {
                try
                {
                    await client.EnsureAsync(animal, ct);
                    var photos = await client.PhotosAsync(animal.Id, ct);
                    // One that failed is sent again: that tries once more.
                    var done = photos.Where(photo => photo.Embeddings.All(state => state.Status != EmbeddingStatus.Failed)).Select(photo => photo.Sha256).ToHashSet(StringComparer.Ordinal);
                    foreach (var file in animal.Files)
                        await SendAsync(animal.Id, file, done, ct);
                }
                catch (ImportRefusedException e) when (!e.IsForAll)
                {
                    Interlocked.Add(ref _refused, animal.Files.Count);
                    await SayAsync($"{animal.Id}: {e.Message}");
                }
            });

        private async Task SendAsync(string animal, string file, HashSet<string> done, CancellationToken cancellationToken)
        {
            try
            {
                await using (var bytes = File.OpenRead(file))
                {
                    if (!done.Add(Convert.ToHexStringLower(await SHA256.HashDataAsync(bytes, cancellationToken))))
                    {
                        Interlocked.Increment(ref _known);
                        return;
                    }
                }

                if (await client.UploadAsync(animal, file, cancellationToken))
                    Interlocked.Increment(ref _uploaded);
                else
                    Interlocked.Increment(ref _known);
            }
            catch (Exception e) when ((e is ImportRefusedException { IsForAll: false } or IOException or UnauthorizedAccessException) && e is not HttpRequestException)
            {
                Interlocked.Increment(ref _refused);
                await SayAsync($"{file}: {e.Message}");
            }
        }

        private async Task WaitAsync(CancellationToken cancellationToken)
        {
            while (true)
            {
                var catalogues = await client.CatalogueAsync(cancellationToken);
                if (catalogues.Sum(catalogue => catalogue.Queued) == 0)
                    return;
                var idle = (await client.ModelsAsync(cancellationToken)).Where(model => model.Workers == 0).Select(model => model.Name).ToHashSet(StringComparer.Ordinal);
                var stuck = catalogues.Where(catalogue => catalogue.Queued > 0 && idle.Contains(catalogue.Model)).Select(catalogue => catalogue.Model).ToList();
                await SayAsync(await EmbeddingAsync(cancellationToken)
                    + (stuck.Count == 0 ? "" : $" (no worker serves {string.Join(", ", stuck)}: its photos wait for one; Ctrl-C loses nothing)"));
                await Task.Delay(Interval, cancellationToken);
            }
        }

        private async Task<int> ReportAsync(IReadOnlyList<ImportedAnimal> animals, CancellationToken cancellationToken)
        {
            int embedded = 0, failed = 0;
            foreach (var animal in animals)
            {
                try
                {
                    foreach (var photo in await client.PhotosAsync(animal.Id, cancellationToken))
                    {
                        embedded += photo.Embeddings.Count(state => state.Status == EmbeddingStatus.Embedded);
                        foreach (var state in photo.Embeddings.Where(state => state.Status == EmbeddingStatus.Failed))
                        {
                            failed++;
                            await SayAsync($"{animal.Id}, {photo.FileName ?? photo.Id.ToString()}, {state.Model}: {state.Error?.Code}: {state.Error?.Message}");
                        }
                    }
                }
                catch (ImportRefusedException e) when (!e.IsForAll)
                {
                    // It was refused above, and said so.
                }
            }

            await SayAsync($"done: uploaded {_uploaded}, there already {_known}, refused {_refused}; these animals have {embedded} embeddings, {failed} failed");
            return _refused + failed == 0 ? 0 : 1;
        }

        private async Task<string> EmbeddingAsync(CancellationToken cancellationToken) => string.Join(", ", (await client.CatalogueAsync(cancellationToken))
            .Where(catalogue => catalogue.HasCatalogue)
            .Select(catalogue => $"{catalogue.Model}: {catalogue.Queued} to embed, {catalogue.Embeddings} embedded, {catalogue.Failed} failed"));

        private Task SayAsync(string line)
        {
            lock (output)
                output.WriteLine(line);
            return Task.CompletedTask;
        }
    }
}
