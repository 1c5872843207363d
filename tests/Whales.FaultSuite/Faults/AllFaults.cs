using Whales.Contracts;
using Whales.FaultSuite.Running;
using Whales.Testing;

namespace Whales.FaultSuite.Faults;

/// <summary>The faults, in the order in which a run without a seed goes through them.</summary>
internal static class AllFaults
{
    public static IReadOnlyList<Fault> List { get; } =
    [
        new("worker-killed", "SIGKILL of a worker in mid-batch", async (p, r) => await Any(p.Workers, r).KillAsync(), RestartDeadAsync),
        new("workers-killed", "SIGKILL of all three workers", async (p, _) => await Task.WhenAll(p.Workers.Select(w => w.KillAsync())), RestartDeadAsync),
        new("worker-stopped", "SIGSTOP of a worker, which goes on later and answers what others answered meanwhile", (p, r) => Now(Any(p.Workers, r).Pause), ResumeAll)
        {
            Lasts = TimeSpan.FromSeconds(10),
        },
        new("api-killed", "SIGKILL of an API", async (p, r) => await Any(p.Apis, r).KillAsync(), RestartDeadAsync),
        new("apis-killed", "SIGKILL of both APIs", async (p, _) => await Task.WhenAll(p.Apis.Select(a => a.KillAsync())), RestartDeadAsync),
        new("api-stopped", "SIGSTOP of an API", (p, r) => Now(Any(p.Apis, r).Pause), ResumeAll) { Lasts = TimeSpan.FromSeconds(8) },
        new("broker-killed", "SIGKILL of RabbitMQ", (p, _) => p.Broker.KillAsync(), p => p.Broker.StartAsync()),
        new("broker-restarted", "RabbitMQ is stopped in good order, and started", (p, _) => p.Broker.StopAsync(), p => p.Broker.StartAsync()),
        new("broker-stopped", "SIGSTOP of RabbitMQ: connections stay open, nothing is answered", (p, _) => Now(p.Broker.Pause), p => Now(p.Broker.Resume))
        {
            Lasts = TimeSpan.FromSeconds(15),
        },
        new("memory-alarm", "RabbitMQ's memory alarm blocks whoever publishes", (p, _) => p.Broker.SetMemoryAlarmAsync(true), p => p.Broker.SetMemoryAlarmAsync(false))
        {
            Lasts = TimeSpan.FromSeconds(8),
        },
        new("database-restarted", "PostgreSQL is restarted", (p, _) => p.Database.StopAsync(), p => p.Database.StartAsync()) { Lasts = TimeSpan.Zero },
        new("database-gone", "PostgreSQL is away for a minute", (p, _) => p.Database.StopAsync(), p => p.Database.StartAsync()) { Lasts = TimeSpan.FromMinutes(1) },
        new("disk-full", "the disk under the image store is full", (p, _) => Now(p.Disk.Fill), p => Now(p.Disk.Empty)) { Lasts = TimeSpan.FromSeconds(5) },
        new("photos-deleted", "every stored photo is deleted while it waits", DeletePhotosAsync, RestartDeadAsync) { Expected = [FailureCodes.ImageMissing] },
        new("duplicates", "every message to the model's queue is delivered twice", (p, _) => Duplicates.StartAsync(p), Duplicates.StopAsync) { Lasts = TimeSpan.FromSeconds(5) },
        new("older-worker", "a worker with an older version of the model takes part", async (p, r) =>
            {
                var number = r.Next(p.Workers.Length);
                await p.Workers[number].KillAsync();
                await p.StartWorkerAsync(number, version: "0");
            },
            RestartAllWorkersAsync),
        new("clock-forward", "the clock jumps an hour ahead, and back", (p, _) => Now(() => p.ShiftClock(TimeSpan.FromHours(1))), p => Now(() => p.ShiftClock(TimeSpan.Zero)))
        {
            Lasts = TimeSpan.FromSeconds(6),
        },
        new("clock-back", "the clock jumps an hour back, and ahead", (p, _) => Now(() => p.ShiftClock(TimeSpan.FromHours(-1))), p => Now(() => p.ShiftClock(TimeSpan.Zero)))
        {
            Lasts = TimeSpan.FromSeconds(6),
        },
        new("all-killed", "everything is killed at once, as when the power fails, and comes back in another order", KillAllAsync, StartAllAsync),
        .. StandaloneFaults.List,
    ];

    private static HostProcess Any(HostProcess[] hosts, Random random) => hosts[random.Next(hosts.Length)];

    private static Task Now(Action action)
    {
        action();
        return Task.CompletedTask;
    }

    private static async Task RestartDeadAsync(Plant plant)
    {
        for (var number = 0; number < plant.Apis.Length; number++)
        {
            if (plant.Apis[number].HasExited)
                await plant.StartApiAsync(number);
        }

        for (var number = 0; number < plant.Workers.Length; number++)
        {
            if (plant.Workers[number].HasExited)
                await plant.StartWorkerAsync(number);
        }
    }

    private static async Task RestartAllWorkersAsync(Plant plant)
    {
        foreach (var worker in plant.Workers)
            worker.Terminate();
        foreach (var worker in plant.Workers)
            await worker.WaitForExitAsync();
        await RestartDeadAsync(plant);
    }

    private static Task ResumeAll(Plant plant) => Now(() =>
    {
        foreach (var host in plant.Apis.Concat(plant.Workers))
            host.Resume();
    });

    // The workers are away, so that photos wait; those that wait lose their picture.
    private static async Task DeletePhotosAsync(Plant plant, Random random)
    {
        await Task.WhenAll(plant.Workers.Select(w => w.KillAsync()));
        await Task.Delay(TimeSpan.FromSeconds(2));
        plant.Disk.DeletePhotos();
    }

    private static async Task KillAllAsync(Plant plant, Random random)
    {
        await Task.WhenAll([.. plant.Apis.Concat(plant.Workers).Select(h => h.KillAsync()), plant.Broker.KillAsync(), plant.Database.StopAsync()]);
    }

    private static async Task StartAllAsync(Plant plant)
    {
        await plant.Database.StartAsync();
        // The APIs start while the broker is still away.
        await plant.StartApiAsync(1);
        await plant.Broker.StartAsync();
        await RestartDeadAsync(plant);
    }
}
