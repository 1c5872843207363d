using System.Net;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;
using Whales.Contracts;
using Whales.Hosting.Images;
using Whales.Ingest.Api.Operations;
using Whales.Ingest.Api.Storage;
using Whales.Ingest.Api.Telemetry;
using Whales.Ingest.Api.Tests.Batches;
using Whales.Ingest.Api.Tests.Hosting;

namespace Whales.Ingest.Api.Tests.Operations;

/// <summary>What is too old goes, through the whole server: rows, photos, audit and dead letters.</summary>
public sealed class RetentionTests : IAsyncLifetime
{
    private IngestServer _server = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _server = await IngestServer.StartAsync();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task RunAsync_PhotosTooOld_RemovesThemAndKeepsTheirRows()
    {
        var finished = (await _server.PostAsync()).Id;
        await _server.CompleteAsync(finished, IdentificationStatus.Succeeded);
        var waiting = (await _server.PostAsync()).Id;

        Assert.True(await Retention(days: 2, o => o.Photos = TimeSpan.FromDays(1)).RunAsync(Cancel));

        Assert.Contains($"{waiting:n}", Assert.Single(_server.StoredFiles()), StringComparison.Ordinal);
        Assert.Equal(2, (await _server.RowsAsync()).Count);
        using var image = await _server.Client.GetAsync($"{IngestServer.Path}/{finished}/image", Cancel);
        await image.ProblemAsync(404, ErrorCodes.NotFound);
        Assert.Contains("whales_retention_removed_total{kind=\"photo\"} 1", await _server.Client.GetStringAsync("/metrics", Cancel), StringComparison.Ordinal);
        Assert.Contains(_server.Logs.Lines, line => line.Contains("1 of kind Photo", StringComparison.Ordinal));
    }

    [Fact]
    public async Task RunAsync_RowsTooOld_RemovesThemWithPhotosAndKeepsWhatWaits()
    {
        for (var i = 0; i < 7; i++)
            await _server.CompleteAsync((await _server.PostAsync()).Id, i % 2 == 0 ? IdentificationStatus.Succeeded : IdentificationStatus.Failed);
        var waiting = (await _server.PostAsync()).Id;

        await Retention(days: 400, o => o.BatchSize = 2).RunAsync(Cancel);

        Assert.Equal(waiting, Assert.Single(await _server.RowsAsync()).Id);
        Assert.Single(_server.StoredFiles());
    }

    [Fact]
    public async Task RunAsync_BatchTooOld_GoesWithItsPhotosAndItsKey()
    {
        var ended = await PostBatchAsync("ended");
        foreach (var row in (await _server.RowsAsync()).Where(row => row.BatchId == ended))
            await _server.CompleteAsync(row.Id, IdentificationStatus.Succeeded);
        var waiting = await PostBatchAsync("waiting");

        await Retention(days: 400, _ => { }).RunAsync(Cancel);

        Assert.All(await _server.RowsAsync(), row => Assert.Equal(waiting, row.BatchId));
        using var gone = await _server.Client.GetAsync($"/v1/batches/{ended}", Cancel);
        await gone.ProblemAsync(404, ErrorCodes.NotFound);
        using var kept = await _server.Client.GetAsync($"/v1/batches/{waiting}", Cancel);
        await kept.JsonAsync<Batch>();
        Assert.NotEqual(ended, await PostBatchAsync("ended"));
    }

    [Fact]
    public async Task RunAsync_EverythingForEver_RemovesNothing()
    {
        await _server.CompleteAsync((await _server.PostAsync()).Id, IdentificationStatus.Succeeded);

        await Retention(days: 100_000, o => o.Photos = o.Identifications = o.Audit = o.DeadLetters = null).RunAsync(Cancel);

        Assert.Single(await _server.RowsAsync());
        Assert.Single(_server.StoredFiles());
    }

    [Fact]
    public void Options_EmptySetting_KeepsForEver()
    {
        var options = new ConfigurationBuilder()
            .AddInMemoryCollection(new Dictionary<string, string?> { ["Retention:Photos"] = "", ["Retention:Audit"] = "5.00:00:00" })
            .Build().GetSection(RetentionOptions.SectionName).Get<RetentionOptions>()!;

        Assert.Null(options.Photos);
        Assert.Equal((TimeSpan.FromDays(5), TimeSpan.FromDays(365)), (options.Audit, options.Identifications));
    }

    [Fact]
    public async Task RunAsync_AuditAndDeadLettersTooOld_Go()
    {
        var id = (await _server.PostAsync()).Id;
        (await _server.Client.PostAsync($"{IngestServer.Path}/{id}/cancel", null, Cancel)).Dispose();
        Assert.Single((await AuditAsync()).Items);

        await Retention(days: 700).RunAsync(Cancel);
        Assert.Single((await AuditAsync()).Items);
        await Retention(days: 800).RunAsync(Cancel);

        Assert.Empty((await AuditAsync()).Items);
    }

    [Fact]
    public async Task RunAsync_MuchToRemove_PhotosAreAcceptedMeanwhile()
    {
        for (var i = 0; i < 60; i++)
            await _server.CompleteAsync((await _server.PostAsync()).Id, IdentificationStatus.Failed);

        // The 20th file that goes waits until a photo was accepted: in the midst of it.
        var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var goOn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var images = new SlowDeletes(Get<IImageStore>(), async deleted =>
        {
            if (deleted != 20)
                return;
            reached.SetResult();
            await goOn.Task;
        });
        var running = Retention(days: 400, o => o.BatchSize = 10, images).RunAsync(Cancel);
        await reached.Task.WaitAsync(TimeSpan.FromSeconds(60), Cancel);

        var accepted = await _server.PostAsync();
        Assert.NotEqual(1, (await _server.RowsAsync()).Count);
        goOn.SetResult();
        await running;

        Assert.Equal(accepted.Id, Assert.Single(await _server.RowsAsync()).Id);
    }

    [Fact]
    public async Task RunAsync_AnotherReplicaIsAtIt_LeavesItAlone()
    {
        await _server.CompleteAsync((await _server.PostAsync()).Id, IdentificationStatus.Succeeded);
        var other = new LeaseStore(Get<StoreDatabase>());
        var now = DateTimeOffset.UtcNow.AddDays(400);
        Assert.True(await other.TryTakeAsync("retention", now, now.AddMinutes(5), Cancel));

        Assert.False(await Retention(days: 400).RunAsync(Cancel));
        Assert.Single(await _server.RowsAsync());

        await other.ReleaseAsync("retention", Cancel);
        Assert.True(await Retention(days: 400).RunAsync(Cancel));
        Assert.Empty(await _server.RowsAsync());
    }

    [Fact]
    public async Task OrphanSweep_FileOfAPhotoThatWasLetGo_IsTaken()
    {
        var id = (await _server.PostAsync()).Id;
        await _server.CompleteAsync(id, IdentificationStatus.Succeeded);
        var kept = (await _server.PostAsync()).Id;
        // A crash between the two steps of retention.
        await Get<RetentionStore>().TakePhotosAsync(DateTimeOffset.UtcNow.AddDays(1), DateTimeOffset.UtcNow, 10, Cancel);
        foreach (var file in _server.StoredFiles())
            File.SetLastWriteTimeUtc(file, DateTime.UtcNow.AddHours(-2));

        Assert.Equal(1, await Get<OrphanSweep>().RunAsync(Cancel));

        Assert.Contains($"{kept:n}", Assert.Single(_server.StoredFiles()), StringComparison.Ordinal);
    }

    private T Get<T>()
        where T : class => (T)_server.Services.GetService(typeof(T))!;

    private Retention Retention(int days, Action<RetentionOptions>? change = null, IImageStore? images = null)
    {
        var options = new RetentionOptions();
        change?.Invoke(options);
        return new Retention(
            Get<RetentionStore>(), Get<LeaseStore>(), images ?? Get<IImageStore>(), Get<ApiMetrics>(), new Later(days), Options.Create(options),
            new Microsoft.Extensions.Logging.Logger<Retention>((Microsoft.Extensions.Logging.ILoggerFactory)_server.Services.GetService(typeof(Microsoft.Extensions.Logging.ILoggerFactory))!));
    }

    private async Task<Page<AuditEntry>> AuditAsync()
    {
        using var response = await _server.Client.GetAsync("/v1/audit", Cancel);
        return await response.JsonAsync<Page<AuditEntry>>();
    }

    private async Task<Guid> PostBatchAsync(string key)
    {
        using var request = BatchServer.Zip(ZipBuilder.Of(BatchServer.Photos(2)), key: key);
        using var response = await _server.Client.SendAsync(request, Cancel);
        return (await response.JsonAsync<Batch>(HttpStatusCode.Accepted)).Id;
    }

    private sealed class Later(int days) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => DateTimeOffset.UtcNow.AddDays(days);
    }

    private sealed class SlowDeletes(IImageStore inner, Func<int, Task> deleting) : IImageStore
    {
        private int _deleted;

        public ValueTask<IImageUpload> CreateAsync(string key, CancellationToken cancellationToken) => inner.CreateAsync(key, cancellationToken);

        public ValueTask<PhotoBytes?> ReadAsync(string key, CancellationToken cancellationToken) => inner.ReadAsync(key, cancellationToken);

        public ValueTask<Stream?> OpenReadAsync(string key, CancellationToken cancellationToken) => inner.OpenReadAsync(key, cancellationToken);

        public async ValueTask<bool> DeleteAsync(string key, CancellationToken cancellationToken)
        {
            await deleting(Interlocked.Increment(ref _deleted));
            return await inner.DeleteAsync(key, cancellationToken);
        }

        public ValueTask PutAsync(string key, Stream content, CancellationToken cancellationToken) => inner.PutAsync(key, content, cancellationToken);

        public ValueTask CheckAsync(CancellationToken cancellationToken) => inner.CheckAsync(cancellationToken);

        public IAsyncEnumerable<string> ListAsync(DateTimeOffset writtenBefore, CancellationToken cancellationToken) => inner.ListAsync(writtenBefore, cancellationToken);
    }
}
