using Whales.Worker.Quality;

namespace Whales.Worker.Tests.Quality;

public sealed class QualityComparisonTests
{
    private static readonly QualityRecord Recorded = Of(new Retrieval(24, 20, 23, 0.9), 0.5f, 0.99f, (Half)1, (Half)0);

    [Fact]
    public void Moved_AsMuchAsIsAllowed_IsNothing() =>
        Assert.Empty(QualityComparison.Moved(Recorded, Of(new Retrieval(24, 19, 24, 0.87), 0.504f, 0.986f, (Half)1, (Half)0.04)));

    [Theory]
    [InlineData(18, 23, 0.9)]
    [InlineData(22, 23, 0.9)]
    [InlineData(20, 21, 0.9)]
    [InlineData(20, 23, 0.85)]
    [InlineData(20, 23, 0.95)]
    public void Moved_TwoPicturesElsewhere_IsRetrieval(int top1, int top5, double meanReciprocalRank) =>
        Assert.StartsWith("Retrieval moved, kind 'light'", OneSentence(Recorded with { Retrieval = new() { ["light"] = new(24, top1, top5, meanReciprocalRank) } }), StringComparison.Ordinal);

    [Theory]
    [InlineData(0.06)]
    [InlineData(-1)]
    [InlineData(double.NaN)]
    public void Moved_EmbeddingTurned_IsEmbeddings(double across) =>
        Assert.StartsWith("Embeddings moved, 1 of 1", OneSentence(With((Half)1, (Half)across)), StringComparison.Ordinal);

    [Fact]
    public void Moved_EmbeddingOfAnotherLength_IsEmbeddings() =>
        Assert.StartsWith("Embeddings moved, 1 of 1", OneSentence(With((Half)1, (Half)0, (Half)0)), StringComparison.Ordinal);

    [Fact]
    public void Moved_ScoreDiffers_IsScore() =>
        Assert.Equal("The best score moved, most for 01-light.jpg: 0.4940; recorded: 0.5000.", OneSentence(Of(Recorded.Retrieval["light"], 0.494f, 0.99f, (Half)1, (Half)0)));

    [Fact]
    public void Moved_GateIsGone_IsGate() =>
        Assert.Equal("The gate's score moved, most for 01-light.jpg: none; recorded: 0.9900.", OneSentence(Of(Recorded.Retrieval["light"], 0.5f, null, (Half)1, (Half)0)));

    [Fact]
    public void Moved_OtherPictures_IsThatAlone() =>
        Assert.Equal("The pictures are not those that were recorded.", OneSentence(Recorded with { Answers = new() { ["02-light.jpg"] = Recorded.Answers["01-light.jpg"] } }));

    private static string OneSentence(QualityRecord measured) => Assert.Single(QualityComparison.Moved(Recorded, measured));

    private static QualityRecord With(params Half[] embedding) => Of(Recorded.Retrieval["light"], 0.5f, 0.99f, embedding);

    private static QualityRecord Of(Retrieval retrieval, float score, float? cetacean, params Half[] embedding) => new()
    {
        Retrieval = new() { ["light"] = retrieval },
        Answers = new()
        {
            ["01-light.jpg"] = new() { Score = score, Cetacean = cetacean, Embedding = [.. embedding.SelectMany(BitConverter.GetBytes)] },
        },
    };
}
