using System.Diagnostics;

namespace Whales.Benchmarks;

/// <summary>What was measured while a system and the bare loop took turns.</summary>
/// <param name="Done">Photos that the system finished in its turns.</param>
/// <param name="PerSecond">The same, a second.</param>
/// <param name="Bare">The bare loop in its turns.</param>
/// <param name="Cpu">Seconds of CPU of each part of the system in its turns.</param>
internal sealed record Measured(double Done, double PerSecond, Rate Bare, IReadOnlyDictionary<string, double> Cpu)
{
    public double Ratio => PerSecond / Bare.PerSecond;
}

/// <summary>
/// A system and the bare loop by turns of two seconds, so that a machine that is faster and slower from one moment to the next is so for both. In the bare loop's turns
/// the host that computes stands still (SIGSTOP) with all that it has in hand, and goes on from there: nothing runs dry or fills up anew.
/// </summary>
/// <param name="bareLoop">Runs for a time.</param>
/// <param name="pause">Lets the host that computes stand still.</param>
/// <param name="resume">Lets it go on.</param>
/// <param name="cpu">Seconds of CPU of each part so far.</param>
internal sealed class Turns(Func<TimeSpan, Rate> bareLoop, Action pause, Action resume, Func<Dictionary<string, double>> cpu)
{
    private static readonly TimeSpan Length = TimeSpan.FromSeconds(2);

    /// <summary>Measures until the system had <paramref name="time"/>.</summary>
    /// <param name="done">How many photos have their results by now.</param>
    /// <param name="time">A turn that has begun is not cut.</param>
    public Task<Measured> TakeAsync(Func<Task<double>> done, TimeSpan time) => TakeAsync(done, (_, worked) => worked < time);

    /// <inheritdoc cref="TakeAsync(Func{Task{double}}, TimeSpan)"/>
    /// <param name="done">How many photos have their results by now.</param>
    /// <param name="another">Whether there is another turn, when so many photos are done and the system had so long.</param>
    public async Task<Measured> TakeAsync(Func<Task<double>> done, Func<double, TimeSpan, bool> another)
    {
        var (photos, worked, bares, used) = (0.0, TimeSpan.Zero, new List<Rate>(), new Dictionary<string, double>());
        double now;
        do
        {
            var cpuBefore = cpu();
            var before = await done();
            var clock = Stopwatch.StartNew();
            await Task.Delay(Length);
            now = await done();
            worked += clock.Elapsed;
            photos += now - before;
            foreach (var (part, seconds) in cpu())
                used[part] = used.GetValueOrDefault(part) + seconds - cpuBefore.GetValueOrDefault(part);
            pause();
            try
            {
                bares.Add(bareLoop(Length));
            }
            finally
            {
                resume();
            }
        }
        while (another(now, worked));
        return new Measured(photos, photos / worked.TotalSeconds, new Rate(bares.Average(bare => bare.PerSecond), bares.Average(bare => bare.CpuMilliseconds)), used);
    }
}
