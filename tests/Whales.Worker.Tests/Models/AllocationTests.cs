using Whales.Testing.Models;

namespace Whales.Worker.Tests.Models;

/// <summary>Runs by itself: it counts what the whole process allocates.</summary>
[CollectionDefinition(nameof(AllocationTests), DisableParallelization = true)]
[Collection(nameof(AllocationTests))]
public sealed class AllocationTests : ModelFixture
{
    [Theory]
    [InlineData(1)]
    [InlineData(8)]
    public async Task PredictAsync_PhotoOf600Kilobytes_AllocatesAFewKilobytesOfManagedMemory(int batchSize)
    {
        const int Rounds = 20, Together = 8;
        await using var model = await LoadAsync(new TestModel { Width = 224, Height = 224 }, Fixed(batchSize));
        await AskTogetherAsync();
        var before = GC.GetTotalAllocatedBytes(precise: true);

        for (var i = 0; i < Rounds; i++)
            await AskTogetherAsync();

        var perPhoto = (GC.GetTotalAllocatedBytes(precise: true) - before) / (Rounds * Together);
        Assert.InRange(perPhoto, 0, 6 * 1024);

        Task AskTogetherAsync() => Task.WhenAll(Enumerable.Range(0, Together).Select(_ => AskAsync(model, 255, 0, 0)));
    }
}
