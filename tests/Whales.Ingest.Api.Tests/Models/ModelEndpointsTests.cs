using Whales.Contracts;
using Whales.Ingest.Api.Models;
using Whales.Ingest.Api.Tests.Hosting;

namespace Whales.Ingest.Api.Tests.Models;

public sealed class ModelEndpointsTests
{
    [Theory]
    [InlineData("/v1/models")]
    [InlineData("/models")]
    public async Task GetModels_SomeServed_ListsAll(string path)
    {
        await using var server = await IngestServer.StartAsync();
        server.ModelStates.States[IngestServer.Model] = new ModelStatus
        {
            State = ModelState.Ready,
            Workers = 2,
            Version = "8",
            ExecutionProvider = "cpu",
            SecondsPerPhoto = 0.01,
            CatalogueVersion = "3",
        };
        await server.PostAsync();
        await server.PostAsync();

        using var response = await server.Client.GetAsync(path);

        var models = await response.JsonAsync<ModelInfo[]>();
        Assert.Equal([IngestServer.Model, IngestServer.OtherModel], models.Select(m => m.Name));
        var served = models[0];
        Assert.Equal((ModelState.Ready, 2, "8", "cpu", "3", true), (served.State, served.Workers, served.Version, served.ExecutionProvider, served.CatalogueVersion, served.IsDefault));
        Assert.Equal(new WaitingPhotos { Interactive = 2, Bulk = 0 }, served.Waiting);
        Assert.True(served.OldestWaitingSeconds >= 0);
        var idle = models[1];
        Assert.Equal((ModelState.Unloaded, 0, "2", "accurate", false), (idle.State, idle.Workers, idle.Version, idle.Tier, idle.IsDefault));
        Assert.Null(idle.OldestWaitingSeconds);
        Assert.Null(idle.ExecutionProvider);
    }
}
