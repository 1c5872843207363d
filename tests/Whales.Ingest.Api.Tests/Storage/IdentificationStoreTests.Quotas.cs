using Whales.Ingest.Api.Storage;

namespace Whales.Ingest.Api.Tests.Storage;

public abstract partial class IdentificationStoreTests
{
    [Fact]
    public async Task AddAsync_PhotosOfSeveralReplicas_AreCountedTogetherForEachOwnerAndDay()
    {
        var one = new QuotaStore(Database);
        var other = new QuotaStore(Database);

        Assert.Equal(0, await one.AddAsync("survey", 20_000, 0, Cancel));
        await Task.WhenAll(Enumerable.Range(0, 20).Select(i => (i % 2 == 0 ? one : other).AddAsync("survey", 20_000, 3, Cancel)));
        await one.AddAsync("survey", 20_001, 5, Cancel);
        await one.AddAsync("phone", 20_000, 7, Cancel);

        Assert.Equal(60, await other.AddAsync("survey", 20_000, 0, Cancel));
        Assert.Equal(5, await other.AddAsync("survey", 20_001, 0, Cancel));

        await one.ForgetBeforeAsync(20_001, Cancel);
        Assert.Equal(0, await one.AddAsync("survey", 20_000, 0, Cancel));
        Assert.Equal(5, await one.AddAsync("survey", 20_001, 0, Cancel));
    }
}
