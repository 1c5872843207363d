using Whales.Contracts;
using Whales.Worker.Identification;

namespace Whales.Worker.Tests.Identification;

public sealed class AttemptTrackerTests
{
    private readonly AttemptTracker _tracker = new();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task RunAsync_CopyWhileTheFirstRuns_WaitsForItAndRunsOnce(bool redelivered)
    {
        var command = Command();
        var finish = new TaskCompletionSource();
        var runs = 0;
        Task Work()
        {
            runs++;
            return finish.Task;
        }

        var first = _tracker.RunAsync(command, redelivered: false, Work);
        var copy = _tracker.RunAsync(command, redelivered, Work);

        Assert.False(copy.IsCompleted);
        finish.SetResult();
        await Task.WhenAll(first, copy);
        Assert.Equal(1, runs);
    }

    [Fact]
    public async Task RunAsync_RedeliveredAfterItFinished_DoesNotRunAgain()
    {
        var command = Command();
        await _tracker.RunAsync(command, redelivered: false, () => Task.CompletedTask);

        Assert.True(_tracker.Knows(command));
        await _tracker.RunAsync(command, redelivered: true, () => throw new InvalidOperationException("It ran again."));
    }

    [Fact]
    public async Task RunAsync_SentAgainAfterItFinished_RunsAgainBecauseItsOutcomeWasLost()
    {
        var command = Command();
        await _tracker.RunAsync(command, redelivered: false, () => Task.CompletedTask);

        var ranAgain = false;
        await _tracker.RunAsync(command, redelivered: false, () =>
        {
            ranAgain = true;
            return Task.CompletedTask;
        });

        Assert.True(ranAgain);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task RunAsync_CopyWhileItRunsAgain_WaitsForThatRun(bool redelivered)
    {
        var command = Command();
        await _tracker.RunAsync(command, redelivered: false, () => Task.CompletedTask);
        var finish = new TaskCompletionSource();

        var again = _tracker.RunAsync(command, redelivered: false, () => finish.Task);
        var copy = _tracker.RunAsync(command, redelivered, () => throw new InvalidOperationException("It ran side by side."));

        Assert.False(copy.IsCompleted);
        finish.SetResult();
        await Task.WhenAll(again, copy);
    }

    [Fact]
    public async Task RunAsync_FirstRunFailed_IsForgottenAndMayRunAgain()
    {
        var command = Command();
        await Assert.ThrowsAsync<TimeoutException>(() => _tracker.RunAsync(command, redelivered: false, () => throw new TimeoutException()));

        Assert.False(_tracker.Knows(command));
        var ranAgain = false;
        await _tracker.RunAsync(command, redelivered: false, () =>
        {
            ranAgain = true;
            return Task.CompletedTask;
        });
        Assert.True(ranAgain);
    }

    [Fact]
    public async Task RunAsync_NextAttempt_IsAnotherPhoto()
    {
        var command = Command();
        await _tracker.RunAsync(command, redelivered: false, () => Task.CompletedTask);

        Assert.False(_tracker.Knows(command with { Attempt = 2 }));
    }

    [Fact]
    public void IsCanceled_OnlyTheAttemptThatWasCanceled()
    {
        var command = Command();
        _tracker.Cancel(new IdentificationCanceled { IdentificationId = command.IdentificationId, Attempt = 1 });

        Assert.True(_tracker.IsCanceled(command));
        Assert.False(_tracker.IsCanceled(command with { Attempt = 2 }));
    }

    [Fact]
    public async Task RunAsync_ManyPhotos_TheOldestAreForgotten()
    {
        var first = Command();
        await _tracker.RunAsync(first, redelivered: false, () => Task.CompletedTask);
        for (var i = 0; i < 5000; i++)
            await _tracker.RunAsync(Command(), redelivered: false, () => Task.CompletedTask);

        Assert.False(_tracker.Knows(first));
    }

    [Fact]
    public void Cancel_PhotoInHand_EndsItsWorkAndNoOther()
    {
        var (command, other) = (Command(), Command());
        using var work = _tracker.Begin(command, default);
        using var otherWork = _tracker.Begin(other, default);

        _tracker.Cancel(new IdentificationCanceled { IdentificationId = command.IdentificationId, Attempt = command.Attempt });

        Assert.True(work.Canceled && work.Token.IsCancellationRequested);
        Assert.False(otherWork.Canceled || otherWork.Token.IsCancellationRequested);
    }

    [Fact]
    public void Cancel_BeforeOrAfterTheWork_IsHarmless()
    {
        var command = Command();
        var news = new IdentificationCanceled { IdentificationId = command.IdentificationId, Attempt = command.Attempt };
        _tracker.Cancel(news);
        var work = _tracker.Begin(command, default);
        Assert.True(work.Canceled);
        work.Dispose();

        _tracker.Cancel(news);
        work.Cancel();
    }

    [Fact]
    public async Task Begin_HostDrains_EndsTheWorkButDoesNotCancelThePhoto()
    {
        using var drain = new CancellationTokenSource();
        using var work = _tracker.Begin(Command(), drain.Token);

        await drain.CancelAsync();

        Assert.True(work.Token.IsCancellationRequested);
        Assert.False(work.Canceled);
    }

    private static IdentifyWhale Command() => new()
    {
        IdentificationId = Guid.CreateVersion7(),
        Attempt = 1,
        Model = "any",
        ImageKey = "photos/20260101/0",
        SubmittedAt = DateTimeOffset.UnixEpoch,
    };
}
