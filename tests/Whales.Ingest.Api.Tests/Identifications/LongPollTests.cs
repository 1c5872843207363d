using System.Net;
using Whales.Contracts;
using Whales.Ingest.Api.Identifications;
using Whales.Ingest.Api.Storage;
using Whales.Ingest.Api.Tests.Hosting;

namespace Whales.Ingest.Api.Tests.Identifications;

public sealed class LongPollTests : IAsyncLifetime
{
    private IngestServer _server = null!;

    public async ValueTask InitializeAsync() => _server = await IngestServer.StartAsync();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task Get_Wait_AnswersWhenItIsDone()
    {
        var id = (await _server.PostAsync()).Id;
        var answer = _server.Client.GetAsync($"{IngestServer.Path}/{id}?wait=60");
        await WaitersAsync(1);

        await _server.CompleteAsync(id, IdentificationStatus.Succeeded);

        using var response = await answer;
        Assert.Equal(IdentificationStatus.Succeeded, (await response.JsonAsync<Identification>()).Status);
        Assert.Equal(0, _server.Waiters.Count);
    }

    [Fact]
    public async Task WaitForOutcomeAsync_OutcomeIsTold_IsTheRowThatTheStoreGivesBack()
    {
        var accepted = (await _server.Store.FindAsync((await _server.PostAsync()).Id, Cancel))!;
        var waiting = _server.Waiters.WaitForOutcomeAsync(accepted, TimeSpan.FromSeconds(60), Cancel);
        await WaitersAsync(1);

        var outcome = Outcome(accepted);
        await _server.Store.CompleteAsync([outcome], Cancel);
        _server.Waiters.Completed(outcome);

        var expected = await _server.Store.FindAsync(accepted.Id, Cancel);
        Assert.Equivalent(expected, await waiting, strict: true);
    }

    [Fact]
    public async Task WaitForOutcomeAsync_OutcomeCameBeforeTheWait_AnswersAtOnce()
    {
        var accepted = (await _server.Store.FindAsync((await _server.PostAsync()).Id, Cancel))!;
        // Told, and never stored here: only the memory of it can answer.
        _server.Waiters.Completed(Outcome(accepted));

        var answer = await _server.Waiters.WaitForOutcomeAsync(accepted, TimeSpan.FromSeconds(60), Cancel);

        Assert.Equal(IdentificationStatus.Succeeded, answer?.Status);
        Assert.Equal(0, _server.Waiters.Count);
    }

    [Fact]
    public async Task WaitForOutcomeAsync_OutcomeOfAnotherAttempt_IsNotTaken()
    {
        var accepted = (await _server.Store.FindAsync((await _server.PostAsync()).Id, Cancel))!;
        _server.Waiters.Completed(Outcome(accepted) with { Attempt = new AttemptId(accepted.Id, 2) });

        var answer = await _server.Waiters.WaitForOutcomeAsync(accepted, TimeSpan.Zero, Cancel);

        Assert.Equal(IdentificationStatus.Queued, answer?.Status);
    }

    [Fact]
    public async Task Get_WaitWithoutNews_ReadsTheStoreAgain()
    {
        var id = (await _server.PostAsync()).Id;
        var answer = _server.Client.GetAsync($"{IngestServer.Path}/{id}?wait=60");
        await WaitersAsync(1);

        // As another replica does it: nobody is told here.
        await _server.CompleteInStoreAsync(id, IdentificationStatus.Succeeded);

        using var response = await answer;
        Assert.Equal(IdentificationStatus.Succeeded, (await response.JsonAsync<Identification>()).Status);
    }

    [Fact]
    public async Task Get_WaitIsOver_AnswersAsItIs()
    {
        var id = (await _server.PostAsync()).Id;

        using var response = await _server.Client.GetAsync($"{IngestServer.Path}/{id}?wait=0.2");

        Assert.Equal(IdentificationStatus.Queued, (await response.JsonAsync<Identification>()).Status);
        Assert.NotNull(response.Headers.RetryAfter);
        Assert.Equal(0, _server.Waiters.Count);
    }

    [Fact]
    public async Task Get_WaitAndKnownVersion_AnswersWhenItDiffers()
    {
        var id = (await _server.PostAsync()).Id;
        await _server.CompleteAsync(id, IdentificationStatus.Failed);
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{IngestServer.Path}/{id}?wait=60");
        request.Headers.TryAddWithoutValidation("If-None-Match", "\"1-failed\"");
        var answer = _server.Client.SendAsync(request);
        await WaitersAsync(1);

        using var retried = await _server.Client.PostAsync($"{IngestServer.Path}/{id}/retry", null);

        using var response = await answer;
        Assert.Equal(2, (await response.JsonAsync<Identification>()).Attempt);
    }

    [Fact]
    public async Task Get_WaitAndKnownVersionUnchanged_IsNotModified()
    {
        var id = (await _server.PostAsync()).Id;
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{IngestServer.Path}/{id}?wait=0.2");
        request.Headers.TryAddWithoutValidation("If-None-Match", "\"1-queued\"");

        using var response = await _server.Client.SendAsync(request);

        Assert.Equal(HttpStatusCode.NotModified, response.StatusCode);
    }

    [Fact]
    public async Task Get_PreferWait_IsApplied()
    {
        var id = (await _server.PostAsync()).Id;
        await _server.CompleteAsync(id, IdentificationStatus.Canceled);
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{IngestServer.Path}/{id}");
        request.Headers.Add("Prefer", "wait=20");

        using var response = await _server.Client.SendAsync(request);

        Assert.Equal(IdentificationStatus.Canceled, (await response.JsonAsync<Identification>()).Status);
        Assert.Equal("wait=20", Assert.Single(response.Headers.GetValues("Preference-Applied")));
    }

    [Fact]
    public async Task Get_DeletedWhileWaiting_IsNotFound()
    {
        var id = (await _server.PostAsync()).Id;
        var answer = _server.Client.GetAsync($"{IngestServer.Path}/{id}?wait=60");
        await WaitersAsync(1);

        using var deleted = await _server.Client.DeleteAsync($"{IngestServer.Path}/{id}");

        using var response = await answer;
        await response.ProblemAsync(404, ErrorCodes.NotFound);
    }

    [Fact]
    public async Task Get_ClientGoesAway_EndsTheWait()
    {
        var id = (await _server.PostAsync()).Id;
        using var patience = new CancellationTokenSource();
        var answer = _server.Client.GetAsync($"{IngestServer.Path}/{id}?wait=60", patience.Token);
        await WaitersAsync(1);

        await patience.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => answer);
        await WaitersAsync(0);
    }

    [Fact]
    public async Task WaitAsync_ThousandsOfWaiters_AllWake()
    {
        var ids = new List<Guid>();
        for (var i = 0; i < 10; i++)
            ids.Add((await _server.PostAsync()).Id);
        var waits = Enumerable.Range(0, 5000)
            .Select(i => _server.Waiters.WaitAsync(ids[i % ids.Count], IdentificationMapping.IsFinal, IdentificationWaiters.Longest, CancellationToken.None))
            .ToList();

        foreach (var id in ids)
            await _server.CompleteAsync(id, IdentificationStatus.Succeeded);

        Assert.All(await Task.WhenAll(waits), row => Assert.Equal(IdentificationStatus.Succeeded, row!.Status));
        Assert.Equal(0, _server.Waiters.Count);
    }

    [Fact]
    public async Task Stop_WhileSomeoneWaits_DoesNotTakeTheWholeWait()
    {
        var server = await IngestServer.StartAsync();
        var id = (await server.PostAsync()).Id;
        using var client = server.NewClient();
        var answer = client.GetAsync($"{IngestServer.Path}/{id}?wait=60");
        while (server.Waiters.Count == 0)
            await Task.Yield();

        var stopped = server.DisposeAsync().AsTask();

        using var response = await answer;
        Assert.Equal(IdentificationStatus.Queued, (await response.JsonAsync<Identification>()).Status);
        await stopped.WaitAsync(TimeSpan.FromSeconds(30));
    }

    private async Task WaitersAsync(int count)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (_server.Waiters.Count != count)
            await Task.Delay(5, patience.Token);
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static Completion Outcome(IdentificationRow row) => new()
    {
        Attempt = new AttemptId(row.Id, row.Attempt),
        Status = IdentificationStatus.Succeeded,
        CompletedAt = row.QueuedAt.AddTicks(1_234_567),
        ModelVersion = "1",
        CatalogueVersion = "c1",
        Result = new IdentificationResult { Decision = Decision.Identified, Candidates = [new Candidate { IndividualId = "a", Score = 0.5f }] },
        Timings = new Timings { InferenceMs = 3, BatchSize = 2 },
        Worker = "w:1",
    };
}
