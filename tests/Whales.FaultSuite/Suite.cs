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

    public async Task<IReadOnlyList<FaultReport>> RunAsync()
    {
        FaultReport.WriteHead(output);
        foreach (var fault in Plan())
        {
            var report = await RunAsync(fault);
            report.Write(output);
            _reports.Add(report);
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
        await using var outcomes = await OutcomeCount.StartAsync(plant.Broker.Uri, journal);
        await using var load = Load.Start(plant.Clients, journal, Plant.Model, options.Clients, options.Pause);
        await UntilAsync(() => Task.FromResult(journal.Accepted >= options.Clients * 4), "photos are accepted before the fault");
        await fault.Inject(plant, random);
        await Task.Delay(fault.Lasts);
        await fault.Heal(plant);
        var healed = Stopwatch.StartNew();
        var recovery = await RecoveredAsync(journal) ? healed.Elapsed.TotalSeconds : double.PositiveInfinity;
        await load.StopAsync();
        await FinishAsync(journal);
        return Report(fault, journal, recovery);
    }

    /// <summary>A photo that is posted now to each API is answered.</summary>
    private async Task<bool> RecoveredAsync(Journal journal)
    {
        try
        {
            foreach (var api in plant.Clients)
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

    // Every promise is asked for, of both APIs.
    private async Task FinishAsync(Journal journal)
    {
        var deadline = Stopwatch.StartNew();
        foreach (var entry in journal.Entries)
        {
            foreach (var api in plant.Clients)
            {
                while (!await FinalAsync(api, entry.Id, journal) && deadline.Elapsed < Patience)
                    await Task.Delay(50);
            }
        }
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

    private static FaultReport Report(Fault fault, Journal journal, double recovery)
    {
        var entries = journal.Entries.ToList();
        return new FaultReport
        {
            Fault = fault.Name,
            Accepted = entries.Count,
            Refused = journal.Refused,
            Finished = entries.Count(e => e.Final is not null),
            Lost = entries.Count(e => e.Final is null),
            Failed = entries.Count(e => e.Final?.Error is { } error && !fault.Expected.Contains(error.Code)),
            Contradictory = entries.Count(e => e.IsContradictory),
            Doubled = entries.Count(e => e.IsDoubled),
            RecoverySeconds = recovery,
        };
    }

    private static Task UntilAsync(Func<Task<bool>> condition, string what) => Eventually.UntilAsync(condition, Patience, what);
}
