using Whales.Contracts;
using Whales.Ingest.Api.Models;
using Whales.Ingest.Api.Storage;
using Whales.Ingest.Api.Tests.Hosting;
using Whales.Testing;

namespace Whales.Ingest.Api.Tests.Waiting;

public sealed class QueuePlaceTests : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private IngestServer _server = null!;

    public async ValueTask InitializeAsync() => _server = await IngestServer.StartAsync();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task Submit_SomeWait_TellsHowManyAndHowLong()
    {
        Serve(workers: 2, secondsPerPhoto: 0.5);

        var first = await _server.PostAsync();
        var second = await _server.PostAsync();

        AssertPlace(0, 1, first);
        AssertPlace(1, 2, second);
        AssertPlace(0, 1, await _server.PostAsync($"?model={IngestServer.OtherModel}"));
    }

    [Fact]
    public async Task Get_QueuedOne_TellsItsOwnPlaceAndMovesOn()
    {
        Serve(workers: 1, secondsPerPhoto: 100);
        var posted = new[] { await _server.PostAsync(), await _server.PostAsync(), await _server.PostAsync() };

        Assert.Equal([0, 1, 2], (await Task.WhenAll(posted.Select(i => GetAsync(i.Id)))).Select(i => i.Queue!.WaitingAhead));
        await _server.CompleteAsync(posted[0].Id, IdentificationStatus.Succeeded);

        await Eventually.GetAsync(() => GetAsync(posted[2].Id), i => i.Queue?.WaitingAhead == 1, Patience, "the last one has moved on");
        Assert.Null((await GetAsync(posted[0].Id)).Queue);
    }

    [Fact]
    public async Task Get_NobodyServesTheModel_TellsThePlaceWithoutATime()
    {
        var posted = await _server.PostAsync();

        AssertPlace(0, 1, posted, served: false);
        Assert.Equal(new QueuePlace { WaitingAhead = 0 }, (await GetAsync(posted.Id)).Queue);
    }

    [Fact]
    public async Task Get_ThousandsOfBulkPhotosWait_TellsPlacesOfEachLane()
    {
        var template = (await _server.Store.FindAsync((await _server.PostAsync()).Id, CancellationToken.None))!;
        var start = DateTimeOffset.UtcNow.AddMinutes(-5);
        var bulk = Enumerable.Range(0, 4_000).Select(i => template with
        {
            Id = Guid.CreateVersion7(start.AddMilliseconds(i)),
            Lane = Lane.Bulk,
            CreatedAt = start.AddMilliseconds(i),
            QueuedAt = start.AddMilliseconds(i),
        }).ToList();
        await _server.Store.InsertAsync(bulk, CancellationToken.None);

        // The marks lie four rows apart once the line was counted.
        foreach (var place in new[] { 0, 1_000, 2_001, 3_990 })
        {
            await Eventually.GetAsync(
                () => GetAsync(bulk[place].Id), i => Math.Abs(i.Queue!.WaitingAhead - place) <= 4, Patience, $"the place of {place}");
        }

        AssertPlace(1, 2, await _server.PostAsync(), served: false);
    }

    [Fact]
    public async Task Get_PhotosAreFinishedMeanwhile_TheTimeFollowsWhatWasMeasured()
    {
        // Their own word is wrong by far.
        Serve(workers: 1, secondsPerPhoto: 0.001);
        var template = await _server.Store.FindAsync((await _server.PostAsync()).Id, CancellationToken.None);
        var rows = Enumerable.Range(0, 3_000).Select(i => template! with { Id = Guid.CreateVersion7(), Lane = Lane.Bulk }).ToList();
        await _server.Store.InsertAsync(rows, CancellationToken.None);
        var last = rows.MaxBy(row => row.Id)!;
        using var stop = new CancellationTokenSource();
        var working = WorkAsync(rows.OrderBy(row => row.Id).ToList(), stop.Token);

        // About a hundred a second or, on a busy machine, less: minutes for the rest, and not the 3 s of the warm-up.
        await Eventually.GetAsync(() => GetAsync(last.Id), i => i.Queue is { EtaSeconds: > 15 and < 600 }, Patience, "the estimate follows");
        var model = (await _server.Client.GetAsync("/v1/models")).JsonAsync<ModelInfo[]>();
        Assert.InRange((await model)[0].SecondsPerPhoto!.Value, 0.005, 1);

        await stop.CancelAsync();
        await working;
    }

    private async Task WorkAsync(List<IdentificationRow> rows, CancellationToken stop)
    {
        for (var i = 0; i + 5 < rows.Count && !stop.IsCancellationRequested; i += 5)
        {
            await _server.Store.CompleteAsync(
                [.. rows.Skip(i).Take(5).Select(row => new Completion { Attempt = new AttemptId(row.Id, 1), Status = IdentificationStatus.Succeeded, CompletedAt = DateTimeOffset.UtcNow })],
                CancellationToken.None);
            await Task.Delay(50, CancellationToken.None);
        }
    }

    /// <param name="ahead">How many really are.</param>
    /// <param name="posted">How many of the line were posted so far: each may be in it twice for a moment, when it came while the line was counted.</param>
    private static void AssertPlace(int ahead, int posted, Identification photo, bool served = true)
    {
        Assert.InRange(photo.Queue!.WaitingAhead, ahead, ahead + posted);
        Assert.Equal(served ? (photo.Queue.WaitingAhead + 1) * 0.25 : null, photo.Queue.EtaSeconds);
    }

    private void Serve(int workers, double secondsPerPhoto)
    {
        foreach (var model in new[] { IngestServer.Model, IngestServer.OtherModel })
            _server.ModelStates.States[model] = new ModelStatus { State = ModelState.Ready, Workers = workers, SecondsPerPhoto = secondsPerPhoto };
    }

    private async Task<Identification> GetAsync(Guid id)
    {
        using var response = await _server.Client.GetAsync($"{IngestServer.Path}/{id}");
        return await response.JsonAsync<Identification>();
    }
}
