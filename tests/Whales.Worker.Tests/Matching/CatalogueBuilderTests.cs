using System.Runtime.InteropServices;
using Whales.Hosting.Catalogue;
using Whales.Worker.Matching;

namespace Whales.Worker.Tests.Matching;

/// <summary>A catalogue that grew by deltas is the one that was made at once.</summary>
public sealed class CatalogueBuilderTests
{
    private const int Dimensions = 8;

    [Theory]
    [InlineData(10_000, 40, 0)]
    [InlineData(10_000, 40, 0.4)]
    [InlineData(300, 7, 0)]
    [InlineData(300, 7, 0.4)]
    public void Apply_BaseAndDeltas_ScoreAsOneMatrix(int rows, int deltas, float prototypeShare)
    {
        var random = new Random(rows);
        var ids = Enumerable.Range(0, rows).Select(_ => Guid.NewGuid()).ToArray();
        var values = Enumerable.Range(0, rows * Dimensions).Select(_ => (float)(Half)(random.NextSingle() - 0.5f)).ToArray();
        var owners = Enumerable.Range(0, rows).Select(row => new KnownIndividual($"i{row % 97}", null, null)).ToArray();
        var first = rows / 2;
        var catalogue = Apply(new CatalogueBuilder(Dimensions), ids, values, owners, 0..first, []).Build("0");
        var gone = new HashSet<int>();
        for (var i = 0; i < deltas; i++)
        {
            // Some rows come, a few go, from wherever they are.
            var range = (first + ((rows - first) * i / deltas))..(first + ((rows - first) * (i + 1) / deltas));
            var removed = Enumerable.Range(0, 20).Select(_ => random.Next(range.Start.Value)).Distinct().ToList();
            gone.UnionWith(removed);
            catalogue = Apply(new CatalogueBuilder(catalogue), ids, values, owners, range, [.. removed.Select(row => ids[row])]).Build($"{i + 1}");
        }

        var kept = Enumerable.Range(0, rows).Where(row => !gone.Contains(row)).ToList();
        var whole = Catalogue.Of("whole", kept.SelectMany(row => values.AsSpan(row * Dimensions, Dimensions).ToArray()).ToArray(), Dimensions, [.. kept.Select(row => owners[row])]);
        Assert.Equal(kept.Count, catalogue.Rows);
        Assert.True(catalogue.Blocks.Length <= (rows / CatalogueBlock.Capacity) + 3, $"{catalogue.Blocks.Length} blocks");
        var outputs = Enumerable.Range(0, 9 * Dimensions).Select(_ => random.NextSingle() - 0.5f).ToArray();
        var (expected, actual) = (new Ranking[9], new Ranking[9]);
        new CatalogueMatcher(whole, prototypeShare).Match(outputs, expected);
        new CatalogueMatcher(catalogue, prototypeShare).Match(outputs, actual);
        for (var photo = 0; photo < 9; photo++)
        {
            Assert.Equal(expected[photo].Candidates!.Select(c => c.IndividualId), actual[photo].Candidates!.Select(c => c.IndividualId));
            Assert.All(expected[photo].Candidates!.Zip(actual[photo].Candidates!), pair => Assert.Equal(pair.First.Score, pair.Second.Score, 1e-6));
        }
    }

    [Fact]
    public void Apply_Delta_SharesTheBlocksThatItDoesNotTouch()
    {
        var rows = CatalogueBlock.Capacity * 2;
        var ids = Enumerable.Range(0, rows + 1).Select(_ => Guid.NewGuid()).ToArray();
        var values = Enumerable.Repeat(1f, (rows + 1) * Dimensions).ToArray();
        var owners = Enumerable.Repeat(new KnownIndividual("a", null, null), rows + 1).ToArray();
        var before = Apply(new CatalogueBuilder(Dimensions), ids, values, owners, 0..rows, []).Build("1");

        var after = Apply(new CatalogueBuilder(before), ids, values, owners, rows..(rows + 1), []).Build("2");

        Assert.Same(before.Blocks[0], after.Blocks[0]);
        Assert.Same(before.Blocks[1], after.Blocks[1]);
        Assert.Equal((3, rows + 1), (after.Blocks.Length, after.Rows));
    }

    private static CatalogueBuilder Apply(CatalogueBuilder builder, Guid[] ids, float[] values, KnownIndividual[] owners, Range range, Guid[] removed)
    {
        var (start, count) = range.GetOffsetAndLength(ids.Length);
        var named = owners.AsSpan(start, count).ToArray().Distinct().ToList();
        builder.BeginSegment();
        builder.Apply(new SegmentChunk
        {
            Removed = removed,
            Individuals = named,
            Rows = ids[range],
            Owners = [.. owners.AsSpan(start, count).ToArray().Select(owner => named.IndexOf(owner))],
            Values = Halves(values.AsSpan(start * Dimensions, count * Dimensions)),
        });
        return builder;
    }

    internal static byte[] Halves(ReadOnlySpan<float> values)
    {
        var halves = new Half[values.Length];
        for (var i = 0; i < values.Length; i++)
            halves[i] = (Half)values[i];
        return MemoryMarshal.AsBytes(halves.AsSpan()).ToArray();
    }
}
