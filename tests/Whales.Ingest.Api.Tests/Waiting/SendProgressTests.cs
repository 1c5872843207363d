using Microsoft.Extensions.Options;
using Whales.Ingest.Api.Outbox;

namespace Whales.Ingest.Api.Tests.Waiting;

public sealed class SendProgressTests
{
    private readonly SteppedClock _clock = new();
    private readonly SendProgress _progress;

    public SendProgressTests() => _progress = new SendProgress(Options.Create(new RelayOptions()), _clock);

    [Fact]
    public void IsStalled_NothingIsSent_IsFalse()
    {
        _clock.Advance(1000);

        Assert.False(_progress.IsStalled);
    }

    [Fact]
    public void IsStalled_SendsWaitWithoutAnyAnswer_IsTrueWithinASecond()
    {
        _progress.Began();
        _clock.Advance(0.5);
        Assert.False(_progress.IsStalled);

        _progress.Began();
        _clock.Advance(0.4);

        Assert.True(_progress.IsStalled);
    }

    [Fact]
    public void IsStalled_SlowButSteadyAnswers_IsFalse()
    {
        for (var i = 0; i < 50; i++)
        {
            _progress.Began();
            _progress.Began();
            _clock.Advance(0.4);
            _progress.Ended(answered: true);
            Assert.False(_progress.IsStalled);
        }
    }

    [Fact]
    public void IsStalled_SendsTimeOutAndAreTriedAgain_StaysTrueUntilOneIsAnswered()
    {
        _progress.Began();
        _clock.Advance(5);
        _progress.Ended(answered: false);
        Assert.True(_progress.IsStalled);

        _clock.Advance(1);
        _progress.Began();
        Assert.True(_progress.IsStalled);
        _progress.Ended(answered: true);

        Assert.False(_progress.IsStalled);
    }

    [Fact]
    public void IsStalled_NobodyTriesAnyMore_EndsBecauseNothingIsLeft()
    {
        _progress.Began();
        _clock.Advance(5);
        _progress.Ended(answered: false);

        _clock.Advance(60);

        Assert.False(_progress.IsStalled);
    }
}
