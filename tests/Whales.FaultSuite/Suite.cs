using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json;
using Whales.Contracts;
using Whales.FaultSuite.Faults;
using Whales.FaultSuite.Running;
using Whales.Testing;

namespace Whales.FaultSuite;

/// <summary>Brings faults upon a running system under load, one after the other, and holds it to its promises.</summary>
internal sealed class Suite(Plant plant, SuiteOptions options, TextWriter output)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private readonly List<FaultReport> _reports = [];

    /// <summary>True when a fault could not be brought about or ended, and the faults after it were left out.</summary>
    public bool Ended { get; private set; }

    public async Task<IReadOnlyList<FaultReport>> RunAsync()
    {
        FaultReport.WriteHead(output);
        foreach (var fault in Plan())
        {
            FaultReport report;
            try
            {
                report = await RunAsync(fault);
            }
            catch (Exception exception) when (exception is TimeoutException or InvalidOperationException)
            {
                // What is not mended would be counted against every later fault.
                await output.WriteLineAsync($"{fault.Name}: the run ends here. {exception.Message}");
                Ended = true;
                break;
            }

            report.Write(output);
            _reports.Add(report);
            plant.DeletePhotos();
        }

        return _reports;
    }

    // The first round goes through the list in its order, the others are drawn.
    private IEnumerable<Fault> Plan()
    {
        var random = new Random(options.Seed);
        for (var round = 0; round < options.Rounds; round++)
        {
            foreach (var fault in round == 0 ? options.Faults : Shuffled(random))
                yield return fault;
        }
    }

    private Fault[] Shuffled(Random random)
    {
        var faults = options.Faults.ToArray();
        random.Shuffle(faults);
        return faults;
    }

    private async Task<FaultReport> RunAsync(Fault fault)
    {
        var random = new Random(HashCode.Combine(options.Seed, _reports.Count));
        using var journal = new Journal($"{plant.JournalFile}-{_reports.Count}-{fault.Name}");
        IReadOnlyList<HttpClient> apis = fault.OnStandalone ? [(await plant.StandaloneAsync()).Client] : plant.Clients;
        await using var outcomes = await OutcomeCount.StartAsync(plant.Broker.Uri, journal);
        await using var load = Load.Start(apis, journal, Plant.Model, options.Clients, options.Pause);
        await UntilAsync(() => Task.FromResult(journal.Accepted >= options.Clients * 4), "photos are accepted before the fault");
        await fault.Inject(plant, random);
        await Task.Delay(fault.Lasts);
        await fault.Heal(plant);
        var healed = Stopwatch.StartNew();
        var recovery = await RecoveredAsync(apis, journal) ? healed.Elapsed.TotalSeconds : double.PositiveInfinity;
        await load.StopAsync();
        var unfinished = await FinishAsync(apis, journal);
        return Report(fault, journal, unfinished, recovery);
    }

    /// <summary>A photo that is posted now to each API is answered.</summary>
    private async Task<bool> RecoveredAsync(IReadOnlyList<HttpClient> apis, Journal journal)
    {
        try
        {
            foreach (var api in apis)
            {
                Guid? id = null;
                await UntilAsync(async () => (id ??= await Load.PostOneAsync(api, journal, Plant.Model, 0, CancellationToken.None)) is not null, "a photo is accepted after the fault");
                await UntilAsync(async () => await FinalAsync(api, id!.Value, journal), "a photo is answered after the fault");
            }

            return true;
        }
        catch (TimeoutException exception)
        {
            await output.WriteLineAsync(exception.Message);
            return false;
        }
    }

    /// <summary>Asks each API for every promise.</summary>
    /// <returns>How many are not kept everywhere after <see cref="Patience"/>.</returns>
    private static async Task<int> FinishAsync(IReadOnlyList<HttpClient> apis, Journal journal)
    {
        var deadline = Stopwatch.StartNew();
        var unfinished = new HashSet<Guid>();
        foreach (var entry in journal.Entries)
        {
            foreach (var api in apis)
            {
                bool final;
                while (!(final = await FinalAsync(api, entry.Id, journal)) && deadline.Elapsed < Patience)
                    await Task.Delay(50);
                if (!final)
                    unfinished.Add(entry.Id);
            }
        }

        return unfinished.Count;
    }

    private static async Task<bool> FinalAsync(HttpClient api, Guid id, Journal journal)
    {
        try
        {
            using var response = await api.GetAsync(new Uri($"v1/identifications/{id}", UriKind.Relative));
            if (!response.IsSuccessStatusCode)
                return false;
            var shown = (await response.Content.ReadFromJsonAsync<Identification>(Json))!;
            journal.Show(shown, api.BaseAddress!.Authority);
            return shown.Status != IdentificationStatus.Queued;
        }
        catch (Exception exception) when (exception is HttpRequestException or TaskCanceledException or IOException)
        {
            return false;
        }
    }

    private static FaultReport Report(Fault fault, Journal journal, int unfinished, double recovery)
    {
        var entries = journal.Entries.ToList();
        return new FaultReport
        {
            Fault = fault.Name,
            Accepted = entries.Count,
            Refused = journal.Refused,
            Finished = entries.Count - unfinished,
            Lost = unfinished,
            Failed = entries.Count(e => e.Final?.Error is { } error && !fault.Expected.Contains(error.Code)),
            Contradictory = entries.Count(e => e.IsContradictory),
            Doubled = entries.Count(e => e.IsDoubled),
            RecoverySeconds = recovery,
        };
    }

    private static Task UntilAsync(Func<Task<bool>> condition, string what) => Eventually.UntilAsync(condition, Patience, what);
}
