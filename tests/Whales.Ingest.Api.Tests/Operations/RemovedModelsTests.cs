using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Whales.Contracts;
using Whales.Hosting.Models;
using Whales.Hosting.Resilience;
using Whales.Ingest.Api.Models;
using Whales.Ingest.Api.Operations;
using Whales.Ingest.Api.Outbox;
using Whales.Ingest.Api.Outcomes;
using Whales.Ingest.Api.Tests.Hosting;

namespace Whales.Ingest.Api.Tests.Operations;

/// <summary>A model without a worker is waited for; one that is no longer installed is not.</summary>
public sealed class RemovedModelsTests : IAsyncLifetime
{
    private readonly Clock _clock = new();
    private IngestServer _server = null!;
    private DirectoryInfo _models = null!;
    private RemovedModels _removed = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _server = await IngestServer.StartAsync(services: services => services
            .AddSingleton<Persistently>().AddSingleton<SentNotes>().AddSingleton<OutcomeProjection>());
        _models = Directory.CreateDirectory(Path.Combine(_server.Folder, "models"));
        _models.CreateSubdirectory(IngestServer.Model);
        _removed = new RemovedModels(
            _server.Store, _server.ModelStates, _server.Services.GetRequiredService<OutcomeProjection>(), _clock,
            Options.Create(new ModelsOptions { Folder = _models.FullName }), Options.Create(new RelayOptions()), NullLogger<RemovedModels>.Instance);
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task RunAsync_FolderIsGoneForLong_FailsItsPhotosWhichCanBeRetried()
    {
        var gone = await PostAsync(IngestServer.OtherModel);
        var waits = await PostAsync(IngestServer.Model);

        Assert.Equal(0, await _removed.RunAsync(Cancel));
        _clock.Now += TimeSpan.FromMinutes(59);
        Assert.Equal(0, await _removed.RunAsync(Cancel));
        _clock.Now += TimeSpan.FromMinutes(2);
        Assert.Equal(1, await _removed.RunAsync(Cancel));

        var failed = (await _server.Store.FindAsync(gone, Cancel))!;
        Assert.Equal((IdentificationStatus.Failed, FailureCodes.ModelUnavailable), (failed.Status, failed.Error?.Code));
        Assert.Equal(IdentificationStatus.Queued, (await _server.Store.FindAsync(waits, Cancel))!.Status);
        using var retried = await _server.Client.PostAsync($"{IngestServer.Path}/retry?code=model_unavailable", null, Cancel);
        Assert.Equal(1, (await retried.JsonAsync<ChangedCount>()).Count);
    }

    [Fact]
    public async Task RunAsync_FolderComesBackInBetween_CountsAnew()
    {
        var id = await PostAsync(IngestServer.OtherModel);
        await _removed.RunAsync(Cancel);
        var folder = _models.CreateSubdirectory(IngestServer.OtherModel);
        _clock.Now += TimeSpan.FromMinutes(50);
        await _removed.RunAsync(Cancel);
        folder.Delete();
        await _removed.RunAsync(Cancel);
        _clock.Now += TimeSpan.FromMinutes(50);

        Assert.Equal(0, await _removed.RunAsync(Cancel));
        Assert.Equal(IdentificationStatus.Queued, (await _server.Store.FindAsync(id, Cancel))!.Status);
    }

    [Fact]
    public async Task RunAsync_WorkerElsewhereServesIt_Waits()
    {
        var id = await PostAsync(IngestServer.OtherModel);
        _server.ModelStates.States[IngestServer.OtherModel] = new ModelStatus { State = ModelState.Loading, Workers = 0 };
        await _removed.RunAsync(Cancel);
        _clock.Now += TimeSpan.FromDays(1);

        Assert.Equal(0, await _removed.RunAsync(Cancel));
        Assert.Equal(IdentificationStatus.Queued, (await _server.Store.FindAsync(id, Cancel))!.Status);
    }

    [Fact]
    public async Task RunAsync_NoModelAtAllInTheFolder_IsTakenForADiskThatIsNotThere()
    {
        await PostAsync(IngestServer.OtherModel);
        _models.Delete(recursive: true);
        _models.Create();
        await _removed.RunAsync(Cancel);
        _clock.Now += TimeSpan.FromDays(1);

        Assert.Equal(0, await _removed.RunAsync(Cancel));
    }

    private async Task<Guid> PostAsync(string model) => (await _server.PostAsync($"?model={model}")).Id;

    private sealed class Clock : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = DateTimeOffset.UtcNow;

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
