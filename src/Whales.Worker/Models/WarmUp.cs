using System.Diagnostics;
using Whales.Hosting.Models;
using Whales.Worker.Batching;

namespace Whales.Worker.Models;

/// <summary>How a model runs best on this device.</summary>
/// <param name="BatchSize">The most photos of one run.</param>
/// <param name="Sessions">Runs side by side.</param>
/// <param name="PhotosPerSecond">Of all sessions together, network alone.</param>
internal sealed record RunPlan(int BatchSize, int Sessions, double PhotosPerSecond);

/// <summary>Finds the <see cref="RunPlan"/> by measuring, and runs every size of batch that it will use once, so that no photo pays for a first time.</summary>
internal static class WarmUp
{
    // A bigger batch or one more session must bring more than this, because every photo in it waits longer.
    private const double WorthIt = 1.05;

    // What each run costs on a CPU besides what it takes here: its weights come back into caches that decoding has used, and its outcomes wake broker, API
    // and database together (decision 0005). Without it sizes are so close that chance chooses.
    private static readonly TimeSpan AroundARunOnCpu = TimeSpan.FromMilliseconds(12);

    // Longer runs are not tried: whoever comes meanwhile waits for their end.
    private static readonly TimeSpan LongestRun = TimeSpan.FromSeconds(0.2);

    // Once growing has cost so much, growing further does not pay; and what is so slow is not measured again.
    private const double Hopeless = 0.7;

    // What decoding a photo of about a megapixel goes through: its bytes, its pixels and the tensor.
    private const int DecodedBytes = 4 * 1024 * 1024;

    // Every choice that is not hopeless is measured so often,
    private const int Rounds = 3;

    // and those that may still win, because they are no further than this from the fastest, up to so often while there is time.
    private const int RoundsOfContenders = 7;
    private const double Contender = 0.9;

    /// <exception cref="ModelLoadException">The settings ask for what this machine or model does not have.</exception>
    public static RunPlan Find(Network network, ModelManifest manifest, InferenceOptions options, int cores, CancellationToken cancellationToken)
    {
        var sessionCounts = SessionCounts(network, options, cores);
        var sizes = options.BatchSize is { } fixedSize
            ? fixedSize <= manifest.Batch.Max ? [fixedSize] : throw new ModelLoadException($"Inference:BatchSize is {fixedSize}, model {manifest.Name} allows {manifest.Batch.Max} (batch.max).")
            : BatchSizes.Candidates(manifest.Batch.Max);
        var isFixed = sizes.Count == 1 && sessionCounts.Count == 1;
        var slice = TimeSpan.FromSeconds(options.WarmUpSeconds / (isFixed ? 10 * Rounds : (sizes.Count + sessionCounts.Count - 1) * RoundsOfContenders));

        using var bench = new Bench(network, sessionCounts.Max(), options.Niceness);
        var around = network.ExecutionProvider == ExecutionProviders.Cpu ? AroundARunOnCpu : TimeSpan.Zero;
        var began = Stopwatch.GetTimestamp();
        var best = Choose(Explore(sizes, size => bench.Measure(size, sessionCounts[0], slice, cancellationToken), HasTime, IsShort), around);
        if (sessionCounts.Count > 1)
            best = Choose(Explore(sessionCounts, sessions => bench.Measure(best.BatchSize, sessions, slice, cancellationToken), HasTime, (_, _) => true), around);
        bench.RunEachSize(best.BatchSize);
        return best;

        bool HasTime() => Stopwatch.GetElapsedTime(began).TotalSeconds < options.WarmUpSeconds;
        static bool IsShort(int size, RunPlan smaller) => size * smaller.Sessions / smaller.PhotosPerSecond <= LongestRun.TotalSeconds;
    }

    /// <summary>
    /// Measures each choice, until growing does not pay, and what may win several times, in turn: what is slow or fast for a while then meets all of them. The
    /// median of each counts. A batch size chosen in a bad moment would stay for as long as the host runs; one that met a good moment would too.
    /// </summary>
    /// <param name="choices">Sizes of batches, or numbers of sessions.</param>
    /// <param name="measure">Measures one of them for a moment.</param>
    /// <param name="hasTime">Whether those that may win are measured once more.</param>
    /// <param name="isWorthTrying">Whether a choice is measured at all, given what the one before it showed; where it is not, none after it is.</param>
    public static IReadOnlyList<RunPlan> Explore(IReadOnlyList<int> choices, Func<int, RunPlan> measure, Func<bool> hasTime, Func<int, RunPlan, bool> isWorthTrying)
    {
        var measured = new List<List<RunPlan>>();
        foreach (var choice in choices)
        {
            if (measured.Count > 0 && !isWorthTrying(choice, Median(measured[^1])))
                break;
            measured.Add([measure(choice)]);
            // Not without a second look: a bad moment must not hide all that is larger.
            if (!MayWin(Hopeless, measured[^1]))
                measured[^1].Add(measure(choice));
            if (!MayWin(Hopeless, measured[^1]))
                break;
        }

        for (var round = 1; round < RoundsOfContenders; round++)
        {
            var mayWin = choices.Zip(measured).Where(choice => MayWin(round < Rounds ? Hopeless : Contender, choice.Second)).ToList();
            if (round >= Rounds && (mayWin.Count == 1 || !hasTime()))
                break;
            foreach (var (choice, plans) in mayWin)
                plans.Add(measure(choice));
        }

        return [.. measured.Select(Median)];

        // By its best moment: bad ones come to each.
        bool MayWin(double share, List<RunPlan> plans) => plans.Max(plan => plan.PhotosPerSecond) >= share * measured.Max(other => Median(other).PhotosPerSecond);
    }

    /// <summary>Of an even number, the lower of the two in the middle.</summary>
    private static RunPlan Median(List<RunPlan> plans) => plans.OrderBy(plan => plan.PhotosPerSecond).ElementAt((plans.Count - 1) / 2);

    /// <summary>The fastest; but a smaller batch, then fewer sessions, when that is as fast to within 5 %.</summary>
    /// <param name="measured">The network alone.</param>
    /// <param name="around">What each run takes besides.</param>
    public static RunPlan Choose(IReadOnlyList<RunPlan> measured, TimeSpan around)
    {
        var fastest = measured.Max(PhotosPerSecond);
        return measured.Where(plan => PhotosPerSecond(plan) * WorthIt >= fastest).OrderBy(plan => plan.BatchSize).ThenBy(plan => plan.Sessions).First();

        double PhotosPerSecond(RunPlan plan) => plan.Sessions / (plan.Sessions / plan.PhotosPerSecond + around.TotalSeconds / plan.BatchSize);
    }

    /// <summary>Numbers of sessions to try; the first is the one that the sizes of batches are measured with.</summary>
    private static List<int> SessionCounts(Network network, InferenceOptions options, int cores)
    {
        var most = Math.Max(1, cores / options.Threads);
        var isCpu = network.ExecutionProvider == ExecutionProviders.Cpu;
        if (isCpu && (options.Sessions ?? 1) * options.Threads > cores)
            throw new ModelLoadException($"Inference:Threads x Inference:Sessions is {(options.Sessions ?? 1) * options.Threads}, more than the {cores} cores that this process may use.");
        if (options.Sessions is { } given)
            return [given];
        // Where two cores share their arithmetic units, half as many sessions may do as well. A GPU gains from a second
        // session at most what lies between two runs of one.
        return !isCpu ? [1, 2] : most >= 4 ? [most, most / 2] : [most];
    }

    /// <summary>Runs batches of noise on several threads, and counts.</summary>
    private sealed class Bench(Network network, int sessions, int niceness) : IDisposable
    {
        private readonly bool _isCpu = network.ExecutionProvider == ExecutionProviders.Cpu;
        private readonly PhotoTensorPool _pool = new(network.Input, 0);
        private readonly List<PhotoTensor> _photos = [];
        private readonly NetworkSession?[] _sessions = new NetworkSession?[sessions];

        public RunPlan Measure(int size, int sessions, TimeSpan slice, CancellationToken cancellationToken)
        {
            while (_photos.Count < size)
                _photos.Add(Noise());
            var photos = _photos.GetRange(0, size).ToArray();
            var rates = new double[sessions];
            var errors = new Exception?[sessions];
            using var start = new Barrier(sessions);
            var threads = Enumerable.Range(0, sessions).Select(number => new Thread(() =>
            {
                try
                {
                    ComputeThread.StepBack(_isCpu ? niceness : 0);
                    if (_sessions[number] is not { } session || session.MaxBatchSize < size)
                    {
                        _sessions[number]?.Dispose();
                        session = _sessions[number] = new NetworkSession(network, size);
                    }

                    session.Run(photos);
                    start.SignalAndWait(cancellationToken);
                    rates[number] = Rate(session, photos, slice, cancellationToken);
                }
                catch (Exception e)
                {
                    errors[number] = e;
                    start.RemoveParticipant();
                }
            })
            {
                IsBackground = true,
                Name = "warm-up",
            }).ToList();
            threads.ForEach(thread => thread.Start());
            threads.ForEach(thread => thread.Join());
            cancellationToken.ThrowIfCancellationRequested();
            return errors.FirstOrDefault(error => error is not null) is { } error
                ? throw new ModelLoadException($"A warm-up run of {size} photos failed: {error.Message}", error)
                : new RunPlan(size, sessions, rates.Sum());
        }

        public void RunEachSize(int most)
        {
            foreach (var size in BatchSizes.Used(most, network.PadsBatches))
                _sessions[0]!.Run(_photos.GetRange(0, size).ToArray());
        }

        public void Dispose()
        {
            foreach (var session in _sessions)
                session?.Dispose();
            _photos.ForEach(photo => photo.Dispose());
            _pool.Dispose();
        }

        private double Rate(NetworkSession session, PhotoTensor[] photos, TimeSpan slice, CancellationToken cancellationToken)
        {
            var runs = 0;
            var inNetwork = TimeSpan.Zero;
            var decoded = new byte[DecodedBytes];
            var began = Stopwatch.GetTimestamp();
            do
            {
                foreach (var _ in photos)
                    Touch(decoded);
                var before = Now();
                session.Run(photos);
                inNetwork += Now() - before;
                runs++;
            }
            while (Stopwatch.GetElapsedTime(began) < slice && !cancellationToken.IsCancellationRequested);
            return runs * photos.Length / inNetwork.TotalSeconds;
        }

        // A host often starts while its neighbours have much to do. Time that its threads spend waiting for a core says nothing of the sizes.
        private TimeSpan Now() => _isCpu ? ThreadCpuTime.Now : Stopwatch.GetElapsedTime(0);

        // Between two runs of a working host other photos are decoded, and the network's weights leave the caches: the fewer photos a run has, the more that costs.
        private static void Touch(byte[] memory)
        {
            const int CacheLine = 64;
            for (var i = 0; i < memory.Length; i += CacheLine)
                memory[i]++;
        }

        private PhotoTensor Noise()
        {
            var photo = _pool.Rent();
            // Not a secret: any values will do that are not all alike.
            var random = new Random(_photos.Count);
            foreach (ref var value in photo.Values)
                value = random.NextSingle() * 4 - 2;
            return photo;
        }
    }
}
