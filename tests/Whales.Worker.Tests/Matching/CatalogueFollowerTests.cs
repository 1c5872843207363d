using System.Diagnostics.Metrics;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Whales.Hosting.Catalogue;
using Whales.Hosting.Images;
using Whales.Hosting.Metrics;
using Whales.Worker.Matching;
using Whales.Worker.Telemetry;

namespace Whales.Worker.Tests.Matching;

/// <summary>What a worker does with heads and segments, good and bad.</summary>
public sealed class CatalogueFollowerTests : IDisposable
{
    private const string Model = "colours";
    private const int Dimensions = 8;

    private readonly string _folder = Directory.CreateTempSubdirectory("follower").FullName;
    private readonly FolderImageStore _images;
    private readonly CatalogueMatcher _matcher = new(Catalogue.Of("shipped", Row(0), Dimensions, [new KnownIndividual("shipped", null, null)]));
    private readonly CatalogueFollower _follower;

    public CatalogueFollowerTests()
    {
        _images = new FolderImageStore(_folder);
        _follower = Follower(_matcher);
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _images.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Refresh_NoHeadYet_ServesWhatCameWithTheModel()
    {
        Assert.False(await _follower.RefreshAsync(Cancel));

        Assert.Equal(("shipped", "shipped", null), (_matcher.CatalogueVersion, Ask(0), _follower.Problem));
    }

    [Fact]
    public async Task Refresh_BaseAndDeltas_AreFollowedOneByOne()
    {
        var (red, blue) = (Guid.NewGuid(), Guid.NewGuid());
        var head = await HeadAsync(1, await SegmentAsync(1, [], (red, "red", 1)));
        Assert.True(await _follower.RefreshAsync(Cancel));
        Assert.Equal(("1", "red"), (_matcher.CatalogueVersion, Ask(1)));

        head = await HeadAsync(2, head.Base, await SegmentAsync(2, [], (blue, "blue", 2)));
        Assert.True(await _follower.RefreshAsync(Cancel));
        Assert.False(await _follower.RefreshAsync(Cancel));
        Assert.Equal(("2", "red", "blue"), (_matcher.CatalogueVersion, Ask(1), Ask(2)));

        await HeadAsync(3, head.Base, head.Deltas[0], await SegmentAsync(3, [red]));
        Assert.True(await _follower.RefreshAsync(Cancel));
        Assert.Equal(("3", 1, "blue"), (_matcher.CatalogueVersion, _matcher.Catalogue.Rows, Ask(1)));
    }

    [Fact]
    public async Task Refresh_NewBaseOfWhatIsKnown_IsNotRead()
    {
        var first = await HeadAsync(1, await SegmentAsync(1, [], (Guid.NewGuid(), "red", 1)));
        await _follower.RefreshAsync(Cancel);
        var compacted = await SegmentAsync(1, [], (Guid.NewGuid(), "red", 1));
        await HeadAsync(2, compacted);
        await _images.DeleteAsync(compacted.Key, Cancel);
        await _images.DeleteAsync(first.Base.Key, Cancel);

        Assert.True(await _follower.RefreshAsync(Cancel));

        Assert.Equal(("2", "red", null), (_matcher.CatalogueVersion, Ask(1), _follower.Problem));
    }

    [Fact]
    public async Task Refresh_WorkerWasDownForManyChanges_HasThemAll()
    {
        var red = Guid.NewGuid();
        var @base = await SegmentAsync(4, [], (red, "red", 1));
        await HeadAsync(6, @base, await SegmentAsync(5, [], (Guid.NewGuid(), "blue", 2)), await SegmentAsync(6, [red], (Guid.NewGuid(), "green", 3)));

        await _follower.RefreshAsync(Cancel);

        Assert.Equal(("6", 2, "blue", "green"), (_matcher.CatalogueVersion, _matcher.Catalogue.Rows, Ask(2), Ask(3)));
    }

    [Theory]
    [InlineData("missing")]
    [InlineData("cut")]
    [InlineData("bit")]
    [InlineData("length")]
    public async Task Refresh_SegmentIsBad_KeepsTheLastGoodOneUntilItIsMended(string damage)
    {
        var head = await HeadAsync(1, await SegmentAsync(1, [], (Guid.NewGuid(), "red", 1)));
        await _follower.RefreshAsync(Cancel);
        var delta = await SegmentAsync(2, [], (Guid.NewGuid(), "blue", 2));
        var file = Path.Combine(_folder, delta.Key);
        var good = await File.ReadAllBytesAsync(file, Cancel);
        var bad = (byte[])good.Clone();
        if (damage == "bit")
            bad[^20] ^= 1;
        if (damage == "length")
            bad[19] = 0x7F;
        if (damage == "missing")
            File.Delete(file);
        else
            await File.WriteAllBytesAsync(file, damage == "cut" ? good[..^10] : bad, Cancel);
        await HeadAsync(2, head.Base, delta);

        Assert.True(await _follower.RefreshAsync(Cancel));
        Assert.Equal(("1", "red"), (_matcher.CatalogueVersion, Ask(1)));
        Assert.Contains(delta.Key, _follower.Problem, StringComparison.Ordinal);

        await File.WriteAllBytesAsync(file, good, Cancel);
        await _follower.RefreshAsync(Cancel);
        Assert.Equal(("2", "blue", null), (_matcher.CatalogueVersion, Ask(2), _follower.Problem));
    }

    [Fact]
    public async Task Refresh_HeadIsOlderOrNone_KeepsTheNewer()
    {
        var @base = await SegmentAsync(1, [], (Guid.NewGuid(), "red", 1));
        await HeadAsync(1, @base);
        var old = await File.ReadAllBytesAsync(Path.Combine(_folder, CatalogueKeys.Head(Model)), Cancel);
        await HeadAsync(2, @base, await SegmentAsync(2, [], (Guid.NewGuid(), "blue", 2)));
        await _follower.RefreshAsync(Cancel);

        await File.WriteAllBytesAsync(Path.Combine(_folder, CatalogueKeys.Head(Model)), old, Cancel);
        Assert.False(await _follower.RefreshAsync(Cancel));
        Assert.Equal(("2", "blue"), (_matcher.CatalogueVersion, Ask(2)));

        await File.WriteAllTextAsync(Path.Combine(_folder, CatalogueKeys.Head(Model)), "{ \"model\": ", Cancel);
        Assert.True(await _follower.RefreshAsync(Cancel));
        Assert.Equal("2", _matcher.CatalogueVersion);
        Assert.NotNull(_follower.Problem);
    }

    [Fact]
    public async Task Refresh_HeadIsOfAnotherModelVersion_IsNotComparedWith()
    {
        await HeadAsync(1, await SegmentAsync(1, [], (Guid.NewGuid(), "red", 1)));
        var newer = new CatalogueMatcher(_matcher.Catalogue);

        Assert.True(await Follower(newer, modelVersion: "2").RefreshAsync(Cancel));

        Assert.Equal("shipped", newer.CatalogueVersion);
    }

    [Fact]
    public async Task Refresh_CatalogueWasMadeAnew_ForgetsTheOldRows()
    {
        await HeadAsync(5, await SegmentAsync(5, [], (Guid.NewGuid(), "red", 1)));
        await _follower.RefreshAsync(Cancel);

        await HeadAsync(2, await SegmentAsync(2, [], (Guid.NewGuid(), "blue", 2)), lineage: "other");
        await _follower.RefreshAsync(Cancel);

        Assert.Equal(("2", 1, "blue"), (_matcher.CatalogueVersion, _matcher.Catalogue.Rows, Ask(1)));
    }

    [Fact]
    public async Task Refresh_EveryAnimalIsRemoved_NamesNobody()
    {
        var red = Guid.NewGuid();
        var @base = await SegmentAsync(1, [], (red, "red", 1));
        await HeadAsync(2, @base, await SegmentAsync(2, [red]));
        await _follower.RefreshAsync(Cancel);
        var rankings = new Ranking[1];

        _matcher.Match(Row(1), rankings);

        Assert.Empty(rankings[0].Candidates!);
    }

    /// <summary>One direction for each number.</summary>
    private static float[] Row(int direction)
    {
        var row = new float[Dimensions];
        row[direction] = 1;
        return row;
    }

    private string Ask(int direction)
    {
        var rankings = new Ranking[1];
        _matcher.Match(Row(direction), rankings);
        return rankings[0].Candidates![0].IndividualId;
    }

    private CatalogueFollower Follower(CatalogueMatcher matcher, string modelVersion = "1")
    {
        var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        return new CatalogueFollower(
            Model, modelVersion, matcher, _images, new CatalogueMetrics(services.GetRequiredService<IMeterFactory>(), new KnownSeries()), new CatalogueNews(TimeProvider.System),
            TimeProvider.System, NullLogger<CatalogueFollower>.Instance);
    }

    private async Task<CatalogueSegment> SegmentAsync(long through, Guid[] removed, params (Guid Id, string Owner, int Direction)[] rows)
    {
        using var content = new MemoryStream();
        using var writer = new SegmentWriter(content, Dimensions);
        writer.Write(new SegmentChunk
        {
            Removed = removed,
            Individuals = [.. rows.Select(row => new KnownIndividual(row.Owner, null, null))],
            Rows = [.. rows.Select(row => row.Id)],
            Owners = [.. Enumerable.Range(0, rows.Length)],
            Values = CatalogueBuilderTests.Halves(rows.SelectMany(row => Row(row.Direction)).ToArray()),
        });
        var segment = writer.Finish(CatalogueKeys.NewSegment(Model, "delta", through), through);
        content.Position = 0;
        await _images.PutAsync(segment.Key, content, Cancel);
        return segment;
    }

    private async Task<CatalogueHead> HeadAsync(long version, CatalogueSegment @base, params CatalogueSegment[] deltas) => await HeadAsync(version, @base, "one", deltas);

    private Task<CatalogueHead> HeadAsync(long version, CatalogueSegment @base, string lineage) => HeadAsync(version, @base, lineage, []);

    private async Task<CatalogueHead> HeadAsync(long version, CatalogueSegment @base, string lineage, CatalogueSegment[] deltas)
    {
        var head = new CatalogueHead
        {
            Model = Model,
            ModelVersion = "1",
            Version = version,
            Lineage = lineage,
            Dimensions = Dimensions,
            PublishedAt = DateTimeOffset.UnixEpoch,
            Base = @base,
            Deltas = deltas,
        };
        using var json = new MemoryStream(Encoding.UTF8.GetBytes(head.ToJson()));
        await _images.PutAsync(CatalogueKeys.Head(Model), json, Cancel);
        return head;
    }
}
