using Whales.Hosting.Catalogue;
using Whales.Worker.Matching;

namespace Whales.Worker.Tests.Matching;

public sealed class CatalogueMatcherTests
{
    [Theory]
    [InlineData(1, 1, 3, 0)]
    [InlineData(200, 1, 512, 0)]
    [InlineData(200, 5, 512, 0)]
    [InlineData(333, 18, 40, 0)]
    [InlineData(1, 1, 3, 0.5)]
    [InlineData(70, 3, 512, 0.4)]
    [InlineData(333, 18, 40, 0.4)]
    [InlineData(333, 18, 40, 1)]
    public void Match_RandomCatalogue_IsWhatANaiveSearchFinds(int rows, int photos, int dimensions, float prototypeShare)
    {
        var random = new Random(rows);
        var values = Enumerable.Range(0, rows * dimensions).Select(_ => random.NextSingle() - 0.5f).ToArray();
        // Rows of one individual do not stand together.
        var owners = Enumerable.Range(0, rows).Select(row => new KnownIndividual($"i{row % 60}", null, "S")).ToList();
        var outputs = Enumerable.Range(0, photos * dimensions).Select(_ => random.NextSingle() * 7 - 3.5f).ToArray();
        var matcher = new CatalogueMatcher(Catalogue.Of("v", values, dimensions, owners), prototypeShare);

        var rankings = new Ranking[photos];
        matcher.Match(outputs, rankings);

        for (var photo = 0; photo < photos; photo++)
        {
            var query = outputs.AsSpan(photo * dimensions, dimensions).ToArray();
            var expected = Enumerable.Range(0, rows)
                .GroupBy(row => owners[row].Id, row => values.AsSpan(row * dimensions, dimensions).ToArray())
                .Select(group => (Id: group.Key, Score: ((1 - prototypeShare) * group.Max(row => Cosine(query, row))) + (prototypeShare * Cosine(query, Mean([.. group])))))
                .OrderByDescending(best => best.Score).Take(5).ToList();
            Assert.Equal(expected.Select(best => best.Id), rankings[photo].Candidates!.Select(candidate => candidate.IndividualId));
            Assert.All(expected.Zip(rankings[photo].Candidates!), pair => Assert.Equal(pair.First.Score, pair.Second.Score, 1e-5));
        }
    }

    [Fact]
    public void Match_PhotoAloneOrInABatch_HasTheSameScores()
    {
        var random = new Random(3);
        float[] Values(int count) => [.. Enumerable.Range(0, count).Select(_ => random.NextSingle() - 0.5f)];
        var matcher = new CatalogueMatcher(Catalogue.Of("v", Values(100 * 128), 128, [.. Enumerable.Range(0, 100).Select(row => new KnownIndividual($"{row}", null, null))]));
        var outputs = Values(6 * 128);
        var together = new Ranking[6];
        matcher.Match(outputs, together);

        for (var photo = 0; photo < 6; photo++)
        {
            var alone = new Ranking[1];
            matcher.Match(outputs.AsSpan(photo * 128, 128), alone);
            Assert.Equal(together[photo].Candidates, alone[0].Candidates!);
        }
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(0)]
    public void Match_OneOutputIsNoDirection_HasNoCandidatesAndItsNeighboursDo(float value)
    {
        var matcher = new CatalogueMatcher(TwoAnimals("v"));
        var rankings = new Ranking[3];

        matcher.Match([1, 0, value, 0, 0, 1], rankings);

        Assert.Null(rankings[1].Candidates);
        Assert.Equal(["a", "b"], new[] { rankings[0], rankings[2] }.Select(ranking => ranking.Candidates![0].IndividualId));
        Assert.All(new[] { rankings[0], rankings[2] }, ranking => Assert.Equal(1, ranking.Candidates![0].Score, 1e-6));
    }

    [Fact]
    public void Match_PrototypeShare_PrefersTheAnimalThatIsSeenSoAgainAndAgain()
    {
        // One photo of b is closest, but b's others look elsewhere; all of a's are close.
        float[] values = [0.9f, 0.436f, 0.9f, -0.436f, 0.95f, 0.312f, 0, -1];
        KnownIndividual[] owners = [new("a", null, null), new("a", null, null), new("b", null, null), new("b", null, null)];

        Assert.Equal("b", Best(0));
        Assert.Equal("a", Best(0.4f));

        string Best(float share)
        {
            var rankings = new Ranking[1];
            new CatalogueMatcher(Catalogue.Of("v", values, 2, owners), share).Match([1, 0], rankings);
            return rankings[0].Candidates![0].IndividualId;
        }
    }

    [Fact]
    public void Match_PhotosThatCancelEachOtherOut_HaveAPrototypeThatIsLikeNothing()
    {
        var matcher = new CatalogueMatcher(Catalogue.Of("v", [1, 0, -1, 0], 2, [new("a", null, null), new("a", null, null)]), 0.4f);
        var rankings = new Ranking[1];

        matcher.Match([1, 0], rankings);

        Assert.Equal(0.6f, rankings[0].Candidates![0].Score, 1e-6);
    }

    [Fact]
    public void Catalogue_IsReplaced_ItsPrototypesAreToo()
    {
        KnownIndividual[] owners = [new("a", null, null), new("a", null, null)];
        var matcher = new CatalogueMatcher(Catalogue.Of("old", [1, 0, 1, 0], 2, owners), 0.5f) { Catalogue = Catalogue.Of("new", [1, 0, 0, 1], 2, owners) };
        var rankings = new Ranking[1];

        matcher.Match([1, 0], rankings);

        Assert.Equal((1 + MathF.Sqrt(0.5f)) / 2, rankings[0].Candidates![0].Score, 1e-6);
    }

    [Fact]
    public void Catalogue_IsReplaced_LaterMatchesNameTheNewVersion()
    {
        var matcher = new CatalogueMatcher(TwoAnimals("old")) { Catalogue = TwoAnimals("new") };
        var rankings = new Ranking[1];

        matcher.Match([1, 0], rankings);

        Assert.Equal("new", rankings[0].CatalogueVersion);
        Assert.Throws<ArgumentException>(() => matcher.Catalogue = Catalogue.Of("other", [1, 2, 3], 3, [new KnownIndividual("a", null, null)]));
    }

    [Theory]
    [InlineData(float.NaN, "row 1 has a value that is no finite number.")]
    [InlineData(0f, "row 1 has only zeros.")]
    public void Catalogue_RowIsNoDirection_NamesTheRow(float value, string message)
    {
        var owner = new KnownIndividual("a", null, null);

        var error = Assert.Throws<InvalidDataException>(() => Catalogue.Of("v", [1, 0, value, 0], 2, [owner, owner]));

        Assert.Equal(message, error.Message);
    }

    private static Catalogue TwoAnimals(string version) =>
        Catalogue.Of(version, [2, 0, 0, 3], 2, [new KnownIndividual("a", "Ann", null), new KnownIndividual("b", null, null)]);

    /// <summary>Of the rows' directions.</summary>
    private static float[] Mean(float[][] rows) =>
        [.. Enumerable.Range(0, rows[0].Length).Select(i => (float)rows.Sum(row => row[i] / Math.Sqrt(row.Sum(value => (double)value * value))))];

    private static double Cosine(float[] a, float[] b) =>
        a.Zip(b).Sum(p => (double)p.First * p.Second) / Math.Sqrt(a.Sum(x => (double)x * x) * b.Sum(x => (double)x * x));
}
