using Whales.Worker.Quality;

namespace Whales.Worker.Tests.Quality;

public sealed class RetrievalTests
{
    [Fact]
    public void Of_SecondAndFirstPlace_CountsByKind()
    {
        var retrieval = Retrieval.Of(
            [Picture("a", "catalogue"), Picture("b", "catalogue"), Picture("a", "light"), Picture("b", "light"), Picture("b", "water")],
            [[1, 0], [0, 1], [0.6f, 0.8f], [0, 1], [1, 0]]);

        Assert.Equal(["light", "water"], retrieval.Keys);
        Assert.Equal(new Retrieval(2, 1, 2, 0.75), retrieval["light"]);
        Assert.Equal(new Retrieval(1, 0, 1, 0.5), retrieval["water"]);
    }

    [Fact]
    public void Of_AllAreTheSame_FindsNobody()
    {
        var animals = Enumerable.Range(0, 8).Select(i => $"{i}").ToList();
        List<SetPicture> pictures = [.. animals.Select(a => Picture(a, "catalogue")), .. animals.Select(a => Picture(a, "light"))];

        var retrieval = Retrieval.Of(pictures, [.. pictures.Select(_ => new float[] { 1, 0 })]);

        Assert.Equal(new Retrieval(8, 0, 0, 0.125), retrieval["light"]);
    }

    private static SetPicture Picture(string animal, string kind) => new($"{animal}-{kind}.jpg", animal, kind);
}
