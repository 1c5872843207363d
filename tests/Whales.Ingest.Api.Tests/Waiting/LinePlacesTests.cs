using Whales.Ingest.Api.Storage;
using Whales.Ingest.Api.Waiting;

namespace Whales.Ingest.Api.Tests.Waiting;

public sealed class LinePlacesTests
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 14, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Before_ShortLine_IsExact()
    {
        var line = Line(900);
        var places = new LinePlaces(0, LinePlaces.StepFor(900), line);

        Assert.All(Enumerable.Range(0, 900), i => Assert.Equal(i, places.Before(line[i])));
    }

    [Fact]
    public void Before_LongLine_IsWithinAThousandthOfIt()
    {
        var line = Line(50_000);
        var step = LinePlaces.StepFor(line.Count);
        var places = new LinePlaces(0, step, [.. line.Where((_, i) => i % step == 0)]);

        Assert.All([0, 1, 777, 25_000, 49_900], i => Assert.InRange(places.Before(line[i])!.Value, i - 50, i + 50));
    }

    [Fact]
    public void Before_ANewerRow_IsUnknownAndAnOlderOneIsFirst()
    {
        var places = new LinePlaces(0, 1, Line(5));

        Assert.Null(places.Before(new LaneMark(Noon.AddHours(1), Guid.NewGuid())));
        Assert.Equal(0, places.Before(new LaneMark(Noon.AddHours(-1), Guid.NewGuid())));
        Assert.Null(new LinePlaces(0, 1, []).Before(new LaneMark(Noon, Guid.NewGuid())));
    }

    private static List<LaneMark> Line(int count) => [.. Enumerable.Range(0, count).Select(i => new LaneMark(Noon.AddMilliseconds(i), Guid.NewGuid()))];
}
