using System.Net.Http.Json;
using RabbitMQ.Client;
using Whales.Contracts;
using Whales.FunctionalTests.Running;
using Whales.Testing;
using Whales.Testing.Models;

namespace Whales.FunctionalTests;

/// <summary>Photos that end the process that looks at them: a white one makes this model's network divide as no processor can.</summary>
public sealed class PoisonTests
{
    private const string Model = "fragile_colours";
    private const int Mates = 6;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    [Fact]
    public async Task Worker_PhotoThatEndsIt_IsSetAsideAfterItsStartsAndItsMatesFinish()
    {
        await using var cluster = await Cluster.StartAsync(WriteFragileModel, settings: TwoStarts);
        for (var i = 0; i < Mates; i++)
            await cluster.Client.SubmitAsync(TestPictures.Red, Model);
        var poison = await cluster.Client.SubmitAsync(TestPictures.White, Model);

        var ended = 0;
        while (await EndedAsync(await cluster.StartWorkerAsync(ready: false), () => FinishedAsync(cluster.Client, poison.Id)))
            ended++;

        // Once beside its mates, which counts for nothing, and twice alone.
        Assert.Equal(3, ended);
        AssertOnlyPoisonFailed(await cluster.Client.AllFinishedAsync(), poison.Id);
    }

    [Fact]
    public async Task Worker_PhotoThatEndsSeveral_CountsTheEndsOfAll()
    {
        await using var cluster = await Cluster.StartAsync(WriteFragileModel, settings: TwoStarts);
        var poison = await cluster.Client.SubmitAsync(TestPictures.White, Model);
        Assert.True(await EndedAsync(await cluster.StartWorkerAsync(ready: false), () => FinishedAsync(cluster.Client, poison.Id)));

        // Each has a journal of its own, as on machines of their own; one is up to hear of the other's end.
        var ended = 1;
        var workers = new[] { "one", "two" }.ToDictionary(name => name, _ => (HostProcess?)null);
        await Eventually.UntilAsync(
            async () =>
            {
                foreach (var name in workers.Keys)
                {
                    if (workers[name] is { HasExited: false })
                        continue;
                    ended += workers[name] is null ? 0 : 1;
                    workers[name] = await cluster.StartWorkerAsync(ready: false, startsFolder: name);
                }

                return await FinishedAsync(cluster.Client, poison.Id);
            },
            Patience,
            "the photo is set aside");

        Assert.Equal(FailureCodes.PoisonousImage, (await cluster.Client.GetAsync(poison.Id)).Error?.Code);
        // Once beside others and twice alone; more only where the other one was not up to hear of it, and never more than twice alone on each.
        Assert.InRange(ended, 3, 5);
        var faults = (await cluster.Client.Http.GetFromJsonAsync<Page<AttemptFault>>(new Uri($"v1/identifications/{poison.Id}/faults", UriKind.Relative)))!.Items;
        // A worker tells of its end when it starts again: the one that ended last may come too late, the photo is set aside by then.
        Assert.InRange(faults.Count(fault => fault.Code == AttemptFault.WorkerEnded), Math.Max(2, ended - 2), ended - 1);
        Assert.Single(faults, fault => fault.Code == FailureCodes.PoisonousImage);
    }

    [Fact]
    public async Task Standalone_PhotoThatEndsIt_IsSetAsideAcrossRestartsAndItsMatesFinish()
    {
        await using var system = await StandaloneSystem.StartAsync(WriteFragileModel, TwoStarts);
        // The poison first: at its first start it takes down the process that still accepts photos.
        var poison = await system.Client.SubmitAsync(TestPictures.White, Model);
        for (var i = 0; i < Mates; i++)
            await system.Client.TrySubmitAsync(TestPictures.Red, Model);

        var ended = 0;
        while (await EndedAsync(system.Host, () => FinishedAsync(system.Client, poison.Id)))
        {
            ended++;
            await system.StartAgainAsync(ready: false);
        }

        Assert.Equal(3, ended);
        await system.Client.SubmitAsync(TestPictures.Red, Model);
        AssertOnlyPoisonFailed(await system.Client.AllFinishedAsync(), poison.Id);
    }

    [Fact]
    public async Task Connections_BrokenAgainAndAgainWithASuspectInHand_DoNotSetItAside()
    {
        const string Suspects = $"identify-whale.{TestPictures.QuickModel}.suspect";
        await using var cluster = await Cluster.StartAsync(
            TestPictures.WriteQuickModel, settings: new Dictionary<string, string?> { ["RabbitMq__SuspectStarts"] = "1" });
        var accepted = await cluster.Client.SubmitAsync(TestPictures.Red, TestPictures.QuickModel);
        await using (var queues = await QueueClient.ConnectAsync(cluster.Broker))
        {
            var command = await Eventually.GetAsync(() => queues.TakeAsync(Names.Queue(TestPictures.QuickModel)), got => got is not null, Patience, "the photo is in its queue");
            await queues.SendAsync(Suspects, command!.Body, new BasicProperties { Persistent = true, ContentType = "application/vnd.masstransit+json" });
        }

        for (var broken = 0; broken < 3; broken++)
        {
            await using var holder = await QueueClient.ConnectAsync(cluster.Broker, recovers: false);
            await Eventually.GetAsync(() => holder.HoldAsync(Suspects), got => got is not null, Patience, "the photo is in hand");
            // The management page learns of connections seconds later.
            await Eventually.UntilAsync(
                async () =>
                {
                    await cluster.VirtualHost!.CloseConnectionsAsync();
                    return !holder.IsOpen;
                },
                Patience,
                "the connection is broken");
        }

        await cluster.StartWorkerAsync();

        var finished = await cluster.Client.FinishedAsync(accepted.Id);
        Assert.Equal((IdentificationStatus.Succeeded, 1), (finished.Status, finished.Attempt));
    }

    [Fact]
    public async Task Worker_DeviceWithoutMemory_TriesSeveralTimesAndSaysSo()
    {
        await using var system = await StandaloneSystem.StartAsync(folder => TestModels.Write(folder, new TestModel { Name = Model, HasNoMemoryForWhite = true }));
        var failing = await system.Client.SubmitAsync(TestPictures.White, Model);
        var mate = await system.Client.SubmitAsync(TestPictures.Red, Model);

        var failed = await system.Client.FinishedAsync(failing.Id);

        Assert.Equal(FailureCodes.InferenceError, failed.Error?.Code);
        Assert.Contains("several times", failed.Error!.Message, StringComparison.Ordinal);
        Assert.Equal(IdentificationStatus.Succeeded, (await system.Client.FinishedAsync(mate.Id)).Status);
        // One run and five more, at least: a run of several is repeated one by one.
        Assert.True(await Metrics.ReadAsync(system.Host.Url, "whales_inference_duration_seconds_count", ("model", Model)) >= 7);
    }

    private static Dictionary<string, string?> TwoStarts => new() { ["RabbitMq__SuspectStarts"] = "2" };

    // The first photo of all waits a little, so that its mates are in hand with it.
    private static void WriteFragileModel(string folder) =>
        TestModels.Write(folder, new TestModel { Name = Model, EndsProcessForWhite = true, ExtraWork = 300, MaxDelayMs = 300 });

    private static void AssertOnlyPoisonFailed(IReadOnlyList<Identification> finished, Guid poison) => Assert.All(finished, i =>
    {
        if (i.Id == poison)
            Assert.Equal(FailureCodes.PoisonousImage, i.Error?.Code);
        else
            Assert.Equal("red", i.Result?.Candidates[0].IndividualId);
    });

    /// <summary>Waits until the host has ended by itself (true) or the photo is finished (false).</summary>
    private static async Task<bool> EndedAsync(HostProcess host, Func<Task<bool>> finished)
    {
        var over = false;
        await Eventually.UntilAsync(async () => host.HasExited || (over = await finished()), Patience, "the host ends, or the photo is finished");
        return !over;
    }

    private static async Task<bool> FinishedAsync(ApiClient client, Guid id)
    {
        try
        {
            return (await client.GetAsync(id)).Status != IdentificationStatus.Queued;
        }
        catch (HttpRequestException)
        {
            // Standalone takes its API down with it.
            return false;
        }
    }
}
