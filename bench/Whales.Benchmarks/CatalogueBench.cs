using System.Diagnostics;
using System.Globalization;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using Whales.Hosting.Catalogue;
using Whales.Hosting.Images;
using Whales.Worker.Matching;

namespace Whales.Benchmarks;

/// <summary>A large catalogue: how long it takes to write, read and change it, what memory it needs, and what a match costs.</summary>
internal static class CatalogueBench
{
    private const int Rows = 100_000;
    private const int Animals = 20_000;
    private const int Dimensions = 512;
    private const int RowsAtOnce = 4_096;
    private const int DeltaRows = 100;

    public static async Task RunAsync(TimeSpan time)
    {
        var folder = Directory.CreateTempSubdirectory("catalogue-bench-").FullName;
        try
        {
            using var images = new FolderImageStore(folder);
            Print($"\nCatalogue of {Animals:N0} animals with {Rows:N0} photos, {Dimensions} values each");
            var individuals = Enumerable.Range(0, Animals).Select(i => new KnownIndividual($"animal-{i:00000}", null, "Eubalaena glacialis")).ToArray();
            var (segment, writing) = await WriteAsync(images, "base", individuals, 0, Rows);
            Print($"  base written and synced: {writing.TotalSeconds:0.0} s, {segment.Bytes / 1e6:0} MB");

            var before = GC.GetTotalMemory(forceFullCollection: true);
            var (catalogue, reading) = await ReadAsync(images, segment, new CatalogueBuilder(Dimensions));
            Print($"  base read, checked and ready: {reading.TotalSeconds:0.0} s; {(GC.GetTotalMemory(true) - before) / 1e6:0} MB of memory, {Peak():0} MB at most in this process so far");

            // The share does not matter, as long as there is one: prototypes cost what they cost.
            var matcher = new CatalogueMatcher(catalogue, 0.4f);
            foreach (var photos in new[] { 1, 4, 16 })
            {
                var cpu = Environment.CpuUsage.TotalTime;
                var took = Match(matcher, photos, time / 4, () => false);
                cpu = Environment.CpuUsage.TotalTime - cpu;
                Print($"  match of {photos} photos: p50 {Quantiles.Of(took, 0.5):0.0} ms, p99 {Quantiles.Of(took, 0.99):0.0} ms; {cpu.TotalMilliseconds / (took.Count + 1) / photos:0.0} ms of CPU a photo");
            }

            await ChangeAsync(images, matcher, individuals, time);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>A delta every 100 ms while photos are matched: ten times what the publisher does.</summary>
    private static async Task ChangeAsync(FolderImageStore images, CatalogueMatcher matcher, KnownIndividual[] individuals, TimeSpan time)
    {
        var deltas = new List<CatalogueSegment>();
        for (var i = 0; i < 50; i++)
            deltas.Add((await WriteAsync(images, "delta", individuals, Rows + (i * DeltaRows), DeltaRows)).Segment);
        var alone = Match(matcher, 1, time / 4, () => false);
        var before = Peak();
        var applying = new List<double>();
        var prototypes = new List<double>();
        var changing = Task.Run(async () =>
        {
            foreach (var delta in deltas)
            {
                var (next, took) = await ReadAsync(images, delta, new CatalogueBuilder(matcher.Catalogue));
                var clock = Stopwatch.StartNew();
                matcher.Catalogue = next;
                applying.Add(took.TotalMilliseconds);
                prototypes.Add(clock.Elapsed.TotalMilliseconds);
                await Task.Delay(100);
            }
        });
        var meanwhile = Match(matcher, 1, TimeSpan.FromMinutes(5), () => changing.IsCompleted);
        await changing;
        Print($"  {deltas.Count} deltas of {DeltaRows} photos, one every 100 ms: taken over in p50 {Quantiles.Of(applying, 0.5):0.0} ms, p99 {Quantiles.Of(applying, 0.99):0.0} ms, their prototypes p50 {Quantiles.Of(prototypes, 0.5):0.0} ms; {Peak() - before:0} MB more at most");
        Print($"  match of 1 photo meanwhile: p50 {Quantiles.Of(meanwhile, 0.5):0.0} ms, p99 {Quantiles.Of(meanwhile, 0.99):0.0} ms (without changes {Quantiles.Of(alone, 0.5):0.0} and {Quantiles.Of(alone, 0.99):0.0} ms)");
        Print($"  afterwards {matcher.Catalogue.Rows:N0} photos in {matcher.Catalogue.Blocks.Length} blocks");
    }

    private static List<double> Match(CatalogueMatcher matcher, int photos, TimeSpan time, Func<bool> done)
    {
        var random = new Random(1);
        var outputs = Enumerable.Range(0, photos * Dimensions).Select(_ => random.NextSingle() - 0.5f).ToArray();
        var rankings = new Ranking[photos];
        matcher.Match(outputs, rankings);
        var took = new List<double>();
        for (var clock = Stopwatch.StartNew(); clock.Elapsed < time && !done();)
        {
            var started = Stopwatch.GetTimestamp();
            matcher.Match(outputs, rankings);
            took.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
        }

        return took;
    }

    private static async Task<(CatalogueSegment Segment, TimeSpan Took)> WriteAsync(FolderImageStore images, string kind, KnownIndividual[] individuals, int first, int count)
    {
        var started = Stopwatch.GetTimestamp();
        var file = Path.GetTempFileName();
        try
        {
            await using var stream = File.Open(file, FileMode.Truncate);
            using var writer = new SegmentWriter(stream, Dimensions);
            for (var at = 0; at < count; at += RowsAtOnce)
                writer.Write(Chunk(at == 0 ? individuals : [], first + at, Math.Min(RowsAtOnce, count - at)));
            var segment = writer.Finish(CatalogueKeys.NewSegment("bench", kind, 1), 1);
            stream.Position = 0;
            await images.PutAsync(segment.Key, stream, CancellationToken.None);
            return (segment, Stopwatch.GetElapsedTime(started));
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static SegmentChunk Chunk(IReadOnlyList<KnownIndividual> individuals, int first, int rows)
    {
        var random = new Random(first);
        var floats = new float[rows * Dimensions];
        for (var i = 0; i < floats.Length; i++)
            floats[i] = random.NextSingle() - 0.5f;
        var values = new byte[floats.Length * sizeof(ushort)];
        TensorPrimitives.ConvertToHalf(floats, MemoryMarshal.Cast<byte, Half>(values.AsSpan()));
        return new SegmentChunk
        {
            Individuals = individuals,
            Rows = [.. Enumerable.Range(0, rows).Select(_ => Guid.NewGuid())],
            Owners = [.. Enumerable.Range(first, rows).Select(row => row % Animals)],
            Values = values,
        };
    }

    private static async Task<(Catalogue Catalogue, TimeSpan Took)> ReadAsync(FolderImageStore images, CatalogueSegment segment, CatalogueBuilder builder)
    {
        var started = Stopwatch.GetTimestamp();
        await using var stream = (await images.OpenReadAsync(segment.Key, CancellationToken.None))!;
        builder.BeginSegment();
        SegmentReader.Read(stream, segment, Dimensions, builder.Apply);
        return (builder.Build("1"), Stopwatch.GetElapsedTime(started));
    }

    /// <summary>The most memory that this process ever had, in MB.</summary>
    private static double Peak() => double.Parse(
        File.ReadLines("/proc/self/status").First(line => line.StartsWith("VmHWM", StringComparison.Ordinal)).Split(':')[1].Replace("kB", "", StringComparison.Ordinal),
        CultureInfo.InvariantCulture) / 1000;

    private static void Print(FormattableString text) => Console.WriteLine(text.ToString(CultureInfo.InvariantCulture));
}
