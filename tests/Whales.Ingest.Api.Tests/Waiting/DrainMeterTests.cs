using Whales.Ingest.Api.Waiting;

namespace Whales.Ingest.Api.Tests.Waiting;

public sealed class DrainMeterTests
{
    private readonly SteppedClock _clock = new();
    private readonly DrainMeter _meter;

    public DrainMeterTests() => _meter = new DrainMeter(_clock);

    [Fact]
    public void PerSecond_TooLittleWasSeen_IsUnknown()
    {
        Add(0.5, 40);

        Assert.Null(_meter.PerSecond);
        Assert.Null(_meter.Last);
    }

    [Fact]
    public void PerSecond_SteadyWork_IsItsRate()
    {
        for (var i = 0; i < 100; i++)
            Add(0.5, i % 2 == 0 ? 30 : 50);

        Assert.Equal(80, _meter.PerSecond!.Value, 0.5);
    }

    [Fact]
    public void PerSecond_TheRateChanges_FollowsWithinItsWindow()
    {
        for (var i = 0; i < 100; i++)
            Add(0.5, 40);
        for (var i = 0; i < 40; i++)
            Add(0.5, 10);

        Assert.Equal(20, _meter.PerSecond!.Value, 0.5);
    }

    [Fact]
    public void PerSecond_SlowModel_TakesLongerToHaveEnoughPhotos()
    {
        for (var i = 0; i < 200; i++)
            Add(0.5, i % 4 == 0 ? 1 : 0);

        Assert.Equal(0.5, _meter.PerSecond!.Value, 0.03);
    }

    [Fact]
    public void PerSecond_LongIdle_IsForgottenButTheLastIsKnown()
    {
        for (var i = 0; i < 20; i++)
            Add(0.5, 40);
        _clock.Advance(3600);

        Assert.Null(_meter.PerSecond);
        Assert.Equal(80, _meter.Last!.Value, 0.5);
        Add(0.5, 1);
        Assert.Null(_meter.PerSecond);
    }

    private void Add(double seconds, int photos)
    {
        _clock.Advance(seconds);
        _meter.Add(TimeSpan.FromSeconds(seconds), photos);
    }
}
