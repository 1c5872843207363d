using Whales.Contracts;
using Whales.Hosting.Catalogue;
using Whales.Hosting.Models;
using Whales.Worker.Matching;

namespace Whales.Worker.Tests.Matching;

public sealed class LabelMatcherTests
{
    private readonly LabelMatcher _matcher = new("v", [.. "abcdefg".Select(id => new KnownIndividual($"{id}", null, null))]);

    [Fact]
    public void Match_Logits_GivesTheFiveMostProbable()
    {
        var rankings = new Ranking[1];

        _matcher.Match([0, 3, 1, 2, 0, 5, 4], rankings);

        Assert.Equal(["f", "g", "b", "d", "c"], rankings[0].Candidates!.Select(candidate => candidate.IndividualId));
        var sum = new[] { 0, 3, 1, 2, 0, 5, 4 }.Sum(x => Math.Exp(x));
        Assert.Equal(Math.Exp(5) / sum, rankings[0].Candidates![0].Score, 1e-6);
    }

    [Fact]
    public void Match_HugeLogits_DoNotOverflow()
    {
        var rankings = new Ranking[1];

        _matcher.Match([1e30f, 0, 0, 0, 0, 0, -1e30f], rankings);

        Assert.Equal(1, rankings[0].Candidates![0].Score);
    }

    [Fact]
    public void Match_OneLogitIsNoNumber_HasNoCandidates()
    {
        var rankings = new Ranking[2];

        _matcher.Match([0, float.NaN, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0], rankings);

        Assert.Null(rankings[0].Candidates);
        Assert.Equal("a", rankings[1].Candidates![0].IndividualId);
    }

    [Theory]
    [InlineData(0.5f, null, Decision.Identified)]
    [InlineData(0.49f, null, Decision.UnknownIndividual)]
    [InlineData(0.9f, 0.29f, Decision.NotACetacean)]
    [InlineData(0.9f, 0.3f, Decision.Identified)]
    [InlineData(0.1f, 0.9f, Decision.UnknownIndividual)]
    public void Decide_AtTheThresholds_IsAsListed(float best, float? cetacean, Decision expected)
    {
        var thresholds = new ModelThresholds { Match = 0.5f, Cetacean = cetacean is null ? null : 0.3f, WarningSeconds = 1, CriticalSeconds = 1 };

        Assert.Equal(expected, DecisionRule.Decide(best, cetacean, thresholds));
    }
}
