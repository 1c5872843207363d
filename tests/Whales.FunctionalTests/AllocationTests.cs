using Whales.Contracts;
using Whales.FunctionalTests.Running;
using Whales.Testing.Images;

namespace Whales.FunctionalTests;

public sealed class AllocationTests
{
    private const int Photos = 300;
    private const double MostPerPhoto = 64 * 1024;

    /// <summary>From the broker's bytes to the confirmed outcome, heartbeats, state announcements and the reading of the figure included.</summary>
    [Fact]
    public async Task Worker_PerPhoto_AllocatesAtMost64KilobytesOfManagedMemory()
    {
        await using var cluster = await Cluster.StartAsync(TestPictures.WriteQuickModel);
        var worker = await cluster.StartWorkerAsync();
        var photo = TestPhotos.Jpeg(1024, 683);
        await IdentifyAsync(Photos / 3);

        var before = await AllocatedAsync();
        await IdentifyAsync(Photos);
        var perPhoto = (await AllocatedAsync() - before) / Photos;

        TestContext.Current.TestOutputHelper?.WriteLine($"{perPhoto / 1024:0.0} kB of managed memory per photo");
        Assert.InRange(perPhoto, 1, MostPerPhoto);

        async Task IdentifyAsync(int count)
        {
            var accepted = new List<Identification>();
            await Parallel.ForAsync(0, count, new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (_, _) =>
            {
                var one = await cluster.Client.SubmitAsync(photo, TestPictures.QuickModel);
                lock (accepted)
                    accepted.Add(one);
            });
            foreach (var one in accepted)
                Assert.Equal(IdentificationStatus.Succeeded, (await cluster.Client.FinishedAsync(one.Id)).Status);
        }

        Task<double> AllocatedAsync() => Metrics.ReadAsync(worker.Url, "dotnet_gc_heap_total_allocated_bytes_total");
    }
}
