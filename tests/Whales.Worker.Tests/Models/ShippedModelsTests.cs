using Whales.Hosting.Models;
using Whales.Worker.Matching;
using Whales.Worker.Models;

namespace Whales.Worker.Tests.Models;

public sealed class ShippedModelsTests : ModelFixture
{
    [Fact]
    public void Scan_OurModels_AreAllUsable()
    {
        var folders = ModelFolders.Scan(Models());

        Assert.Empty(folders.Broken);
        Assert.NotEmpty(folders.Models);
    }

    [Fact]
    public async Task PredictAsync_RightWhaleResnet50_LoadsAndAnswers()
    {
        await using var model = await LoadAsync(Path.Combine(Models(), "right_whale_resnet50"), Fixed(2));
        using var photo = model.RentTensor();
        photo.Values.Clear();

        var answer = await model.PredictAsync(photo);

        Assert.Equal(5, answer.Candidates.Select(candidate => candidate.IndividualId).Distinct().Count());
        Assert.All(answer.Candidates, candidate => Assert.Equal("Eubalaena glacialis", candidate.Species));
    }

    [Fact]
    public void Read_RightWhaleCatalogue_KnowsEveryPhotoByHeart()
    {
        var catalogue = ((CatalogueMatcher)CatalogueFiles.Read(Path.Combine(Models(), "right_whale_resnet50"), ModelTask.Embedding)).Catalogue;
        Assert.Equal((4033, 512, 417), (catalogue.Rows, catalogue.Dimensions, catalogue.Individuals.Count));

        // Each fiftieth row asks who it is.
        var rows = Enumerable.Range(0, catalogue.Rows).Where(row => row % 50 == 0).ToArray();
        var rankings = new Ranking[rows.Length];
        new CatalogueMatcher(catalogue).Match(rows.SelectMany(row => catalogue.Blocks[0].Matrix.Slice(row * catalogue.Stride, catalogue.Dimensions).ToArray()).ToArray(), rankings);

        Assert.Equal(rows.Select(row => catalogue.Individuals[catalogue.Blocks[0].Owners[row]].Id), rankings.Select(ranking => ranking.Candidates![0].IndividualId));
    }

    private static string Models()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Whales.Queue.sln")))
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("The tests do not run inside the repository.");
        return Path.Combine(folder, "models");
    }
}
