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
        Assert.Equal(["accurate", "balanced", "fast"], folders.Models.Select(model => model.Manifest.Tier).Order(StringComparer.Ordinal));
    }

    public static TheoryData<string> Names => [.. Directory.EnumerateDirectories(Models()).Select(folder => Path.GetFileName(folder)).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task PredictAsync_EachModel_LoadsAndAnswers(string name)
    {
        await using var model = await LoadAsync(Path.Combine(Models(), name), Fixed(2));
        using var photo = model.RentTensor();
        photo.Values.Clear();

        var answer = await model.PredictAsync(photo);

        Assert.Equal(5, answer.Candidates.Select(candidate => candidate.IndividualId).Distinct().Count());
        Assert.All(answer.Candidates, candidate => Assert.Equal("Eubalaena glacialis", candidate.Species));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Read_EachCatalogue_KnowsEveryPhotoByHeart(string name)
    {
        var share = ManifestReader.Read(Path.Combine(Models(), name)).Match.PrototypeShare;
        var matcher = (CatalogueMatcher)CatalogueFiles.Read(Path.Combine(Models(), name), ModelTask.Embedding, share);
        var catalogue = matcher.Catalogue;
        Assert.Equal((4033, 512, 417), (catalogue.Rows, catalogue.Dimensions, catalogue.Individuals.Count));

        // Each fiftieth row asks who it is.
        var rows = Enumerable.Range(0, catalogue.Rows).Where(row => row % 50 == 0).ToArray();
        var rankings = new Ranking[rows.Length];
        matcher.Match(rows.SelectMany(row => catalogue.Blocks[0].Matrix.Slice(row * catalogue.Stride, catalogue.Dimensions).ToArray()).ToArray(), rankings);

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
