using Whales.Contracts;
using Whales.Testing.Models;
using Whales.Worker.Models;

namespace Whales.Worker.Tests.Models;

/// <summary>The two kinds of model that models/README.md tells people to bring: what <c>check-model</c> says, and whom they name.</summary>
public sealed class OwnModelTests : ModelFixture
{
    private const float ArbitraryLength = 7;

    [Fact]
    public async Task ClassWeightMatrixAsCatalogue_IsAcceptedAndNamesTheClosestCentre()
    {
        var folder = TestModels.Write(Root);
        // What ArcFace leaves behind: one row an individual, of any length, and nothing but ids and species beside it.
        TestModels.WriteNpy(Path.Combine(folder, "catalogue.npy"), [.. TestModels.Individuals.Select(Centre)]);
        File.WriteAllLines(Path.Combine(folder, "catalogue.csv"), ["individual,species", .. TestModels.Individuals.Select((animal, i) => $"{animal.Id},{(i == 0 ? "" : TestModels.Species)}")]);

        var text = await AcceptedAsync(folder);

        Assert.Contains("embedding, input 16 x 16 nchw", text, StringComparison.Ordinal);
        Assert.Contains("6 embeddings of 6 individuals, 4 values each", text, StringComparison.Ordinal);
        await AssertNamesEveryoneAsync(folder);
    }

    [Fact]
    public async Task ClassifierHeadWithLabels_IsAcceptedAndNamesTheOutput()
    {
        var folder = TestModels.Write(Root, new TestModel { IsClassifier = true });

        var text = await AcceptedAsync(folder);

        Assert.Contains("classification, input 16 x 16 nchw", text, StringComparison.Ordinal);
        Assert.Matches("labels [0-9a-f]{12}: 6 individuals", text);
        await AssertNamesEveryoneAsync(folder);
    }

    private static float[] Centre(TestIndividual animal) => [.. TestModels.Embedding(animal.Red, animal.Green, animal.Blue).Select(value => ArbitraryLength * value)];

    private static async Task<string> AcceptedAsync(string folder)
    {
        using var output = new StringWriter();
        var code = await CheckModelCommand.RunAsync([folder], output);
        Assert.True(code == 0, output.ToString());
        return output.ToString();
    }

    private static async Task AssertNamesEveryoneAsync(string folder)
    {
        await using var model = await LoadAsync(folder);
        foreach (var animal in TestModels.Individuals)
        {
            var answer = await AskAsync(model, animal.Red, animal.Green, animal.Blue);
            Assert.Equal((Decision.Identified, animal.Id), (answer.Decision, answer.Candidates[0].IndividualId));
        }

        Assert.Equal(Decision.UnknownIndividual, (await AskAsync(model, 128, 128, 128)).Decision);
    }
}
