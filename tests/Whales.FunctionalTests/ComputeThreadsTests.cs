using System.Globalization;
using Whales.Contracts;
using Whales.FunctionalTests.Running;

namespace Whales.FunctionalTests;

/// <summary>In a host at work the threads that decode and infer step back for the others, and none of the others has stepped back with them.</summary>
public sealed class ComputeThreadsTests
{
    [Fact]
    public async Task Host_HasIdentifiedPhotos_OnlyItsComputingThreadsHaveSteppedBack()
    {
        await using var system = await StandaloneSystem.StartAsync(
            TestPictures.WriteQuickModel, new Dictionary<string, string?> { ["Inference__Niceness"] = "10" });
        var photos = await Task.WhenAll(Enumerable.Range(0, 40).Select(_ => system.Client.SubmitAsync(TestPictures.Red, TestPictures.QuickModel)));
        foreach (var photo in photos)
            Assert.Equal(IdentificationStatus.Succeeded, (await system.Client.FinishedAsync(photo.Id)).Status);

        var threads = Threads(system.Host.Pid).ToList();

        var usual = threads.Single(thread => thread.Id == system.Host.Pid).Niceness;
        var own = threads.Count(thread => thread.Name.EndsWith(" run", StringComparison.Ordinal));
        Assert.Equal(1 + Environment.ProcessorCount, own);
        // What libvips starts while it decodes decodes too.
        var computing = threads.Where(thread => thread.Name.EndsWith(" run", StringComparison.Ordinal) || thread.Name.StartsWith("libvips", StringComparison.Ordinal)).ToList();
        Assert.All(computing, thread => Assert.Equal(Math.Min(19, usual + 10), thread.Niceness));
        Assert.Contains(threads, thread => thread.Name == ".NET TP Worker");
        // The runtime's own compiler is started by whichever thread needs it first, and may be one of those.
        Assert.All(threads.Except(computing).Where(thread => !thread.Name.StartsWith(".NET Tiered", StringComparison.Ordinal)), thread => Assert.Equal((thread.Name, usual), (thread.Name, thread.Niceness)));
    }

    private static IEnumerable<(int Id, string Name, int Niceness)> Threads(int process)
    {
        foreach (var folder in Directory.EnumerateDirectories($"/proc/{process}/task"))
        {
            string stat;
            try
            {
                stat = File.ReadAllText(Path.Combine(folder, "stat"));
            }
            catch (IOException)
            {
                continue; // It has ended.
            }

            var name = stat[(stat.IndexOf('(', StringComparison.Ordinal) + 1)..stat.LastIndexOf(')')];
            yield return (int.Parse(Path.GetFileName(folder), CultureInfo.InvariantCulture), name, int.Parse(stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[16], CultureInfo.InvariantCulture));
        }
    }
}
