using Whales.Notifier.Reconciliation;

namespace Whales.Notifier.Tests.Reconciliation;

/// <summary>When an absence is believed.</summary>
public sealed class SightingsTests
{
    private static readonly DateTimeOffset Start = new(2026, 11, 22, 4, 0, 0, TimeSpan.Zero);

    private readonly Sightings _sightings = new(TimeSpan.FromMinutes(10));

    [Fact]
    public void Over_NeverListed_IsBelievedAtTheSecondLook()
    {
        Assert.Empty(Look(0, shown: ["a"], listed: []));
        Assert.Equal(Start, Look(1, shown: ["a"], listed: [])["a"]);
    }

    [Fact]
    public void Over_ListedBefore_HasTheTimeOfItsWebhook()
    {
        Assert.Empty(Look(0, shown: ["a"], listed: ["a"]));
        Assert.Empty(Look(1, shown: ["a"], listed: []));
        Assert.Empty(Look(10, shown: ["a"], listed: []));
        Assert.Equal(Start.AddMinutes(1), Look(11, shown: ["a"], listed: [])["a"]);
    }

    [Fact]
    public void Over_ListedAgain_BeginsAnew()
    {
        Look(0, shown: ["a"], listed: []);
        Assert.Empty(Look(1, shown: ["a"], listed: ["a"]));
        Assert.Empty(Look(2, shown: ["a"], listed: []));
        Assert.Empty(Look(11, shown: ["a"], listed: []));
        Assert.Single(Look(12, shown: ["a"], listed: []));
    }

    [Fact]
    public void Over_AfterAlertmanagerWasAway_BeginsAnew()
    {
        Look(0, shown: ["a"], listed: []);
        _sightings.Forget();

        Assert.Empty(Look(1, shown: ["a"], listed: []));
        Assert.Single(Look(2, shown: ["a"], listed: []));
    }

    [Fact]
    public void Untold_AtOneLook_IsNotEnough()
    {
        Assert.Empty(_sightings.Untold([("ops", "a")]));
        Assert.Equal([("ops", "a")], _sightings.Untold([("ops", "a"), ("boss", "a")]));
        Assert.Empty(_sightings.Untold([("ops", "b")]));
    }

    private IReadOnlyDictionary<string, DateTimeOffset> Look(int minute, string[] shown, string[] listed) => _sightings.Over(shown, listed.ToHashSet(), Start.AddMinutes(minute));
}
