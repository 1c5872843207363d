using System.Net.Http.Json;
using System.Text.Json;
using Whales.Contracts;
using Whales.FunctionalTests.Running;
using Whales.Testing;
using Whales.Testing.Images;
using Whales.Testing.Models;

namespace Whales.FunctionalTests;

/// <summary>An animal is added over HTTP, and other photos of it are named: at once, after restarts, by workers that were not there, until it is removed.</summary>
public sealed class CatalogueTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    // Nobody in the catalogue that comes with the model is dark.
    private static readonly byte[] Dark = TestPhotos.Png(Picture.Solid(64, 48, (0, 0, 0)));
    private static readonly byte[] OtherView = TestPhotos.Png(Picture.Solid(40, 40, (20, 20, 20)));

    [Fact]
    public async Task Animal_AddedToStandalone_IsNamedAlsoAfterARestartUntilItIsRemoved()
    {
        await using var system = await StandaloneSystem.StartAsync(folder =>
        {
            TestPictures.WriteQuickModel(folder);
            TestModels.Write(folder, new TestModel { Name = "labels", IsClassifier = true, Match = 0.5 });
        });
        await system.Client.NamedAsync(OtherView, TestPictures.QuickModel, null);
        await system.Client.AddAnimalAsync("onyx", "Onyx");
        var photo = await system.Client.SettledAsync(await system.Client.AddPhotoAsync("onyx", Dark));
        Assert.Equal(
            [(TestPictures.QuickModel, EmbeddingStatus.Embedded), ("labels", EmbeddingStatus.NoCatalogue)], photo.Embeddings.Select(state => (state.Model, state.Status)));

        var named = await system.Client.NamedAsync(OtherView, TestPictures.QuickModel, "onyx");
        Assert.Equal("Onyx", named.Result!.Candidates[0].Name);

        system.Host.Terminate();
        Assert.Equal(0, await system.Host.WaitForExitAsync());
        await system.StartAgainAsync();
        // The first answer: nothing has to be waited for after a start.
        var again = await system.Client.IdentifyAsync(OtherView, TestPictures.QuickModel);
        Assert.Equal(("onyx", named.CatalogueVersion), (again.Result!.Candidates[0].IndividualId, again.CatalogueVersion));
        // Shipped animals are listed, and say that they have no photos.
        var red = await system.Client.Http.GetFromJsonAsync<Individual>(new Uri("v1/individuals/red", UriKind.Relative), JsonSerializerOptions.Web);
        Assert.Equal((0, 2, 0), (red!.Photos, red.Embeddings.Single().Shipped, red.Embeddings.Single().FromPhotos));

        await system.Client.DeleteAsync("v1/individuals/onyx");
        await system.Client.NamedAsync(OtherView, TestPictures.QuickModel, null);
        Assert.Equal(12, await Metrics.ReadAsync(system.Host.Url, "whales_catalogue_embeddings", ("model", TestPictures.QuickModel)));
    }

    [Fact]
    public async Task Photo_CannotBeDecoded_FailsWithItsReason()
    {
        await using var system = await StandaloneSystem.StartAsync(TestPictures.WriteQuickModel);
        await system.Client.AddAnimalAsync("onyx");

        var photo = await system.Client.SettledAsync(await system.Client.AddPhotoAsync("onyx", TestPhotos.Truncated(TestPhotos.Jpeg())));

        var state = Assert.Single(photo.Embeddings);
        Assert.Equal((EmbeddingStatus.Failed, FailureCodes.CorruptedImage), (state.Status, state.Error!.Code));
    }

    [Fact]
    public async Task Catalogue_ChangesWhileOneOfTwoWorkersIsDown_BothMatchWithIt()
    {
        await using var cluster = await Cluster.StartAsync(TestPictures.WriteQuickModel);
        var first = await cluster.StartWorkerAsync();
        var second = await cluster.StartWorkerAsync();
        await second.KillAsync();

        await cluster.Client.AddAnimalAsync("onyx");
        await cluster.Client.SettledAsync(await cluster.Client.AddPhotoAsync("onyx", Dark));
        await cluster.Client.NamedAsync(OtherView, TestPictures.QuickModel, "onyx");
        await first.KillAsync();
        var third = await cluster.StartWorkerAsync();

        // The only worker has never heard of the change, and knows it with its first photo.
        Assert.Equal("onyx", (await cluster.Client.IdentifyAsync(OtherView, TestPictures.QuickModel)).Result!.Candidates[0].IndividualId);
        await cluster.Client.DeleteAsync("v1/individuals/onyx");
        await cluster.Client.NamedAsync(OtherView, TestPictures.QuickModel, null);
        Assert.Equal(0, await Metrics.ReadAsync(third.Url, "whales_catalogue_load_errors_total"));
    }

    [Fact]
    public async Task Photo_AddedWithoutWorkersAndBroker_IsEmbeddedWhenTheyAreBack()
    {
        await using var cluster = await Cluster.StartAsync(TestPictures.WriteQuickModel, privateBroker: true);
        await cluster.PrivateBroker!.StopAsync();
        await cluster.Client.AddAnimalAsync("onyx");
        var photo = await cluster.Client.AddPhotoAsync("onyx", Dark);
        await cluster.Api.KillAsync();
        await cluster.PrivateBroker.StartAsync();
        await cluster.StartApiAsync();
        await cluster.StartWorkerAsync();

        Assert.Equal(EmbeddingStatus.Embedded, Assert.Single((await cluster.Client.SettledAsync(photo)).Embeddings).Status);
        await cluster.Client.NamedAsync(OtherView, TestPictures.QuickModel, "onyx");
    }

    [Fact]
    public async Task Import_FolderOfAnimals_IsNamedAndAgainSendsNothing()
    {
        await using var system = await StandaloneSystem.StartAsync(TestPictures.WriteQuickModel);
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder.Path("onyx"));
        await File.WriteAllBytesAsync(folder.Path("onyx/1.png"), Dark);
        await File.WriteAllBytesAsync(folder.Path("onyx/2.png"), Dark);
        await File.WriteAllTextAsync(folder.Path("onyx/notes.txt"), "not a photo");
        await File.WriteAllTextAsync(folder.Path("known.csv"), "file,individual_id,name\nonyx/1.png,onyx,\"Onyx, the dark\"\nonyx/gone.png,onyx,\n");

        var (code, output) = await ImportAsync(system, folder.Path(""));
        Assert.Equal(0, code);
        Assert.Contains("done: uploaded 1, there already 1, refused 0; these animals have 1 embeddings, 0 failed", output, StringComparison.Ordinal);
        await system.Client.NamedAsync(OtherView, TestPictures.QuickModel, "onyx");

        (code, output) = await ImportAsync(system, folder.Path("known.csv"));
        Assert.Equal(1, code);
        Assert.Contains("gone.png", output, StringComparison.Ordinal);
        Assert.Contains("done: uploaded 0, there already 1, refused 1", output, StringComparison.Ordinal);
        await Eventually.UntilAsync(
            async () => (await system.Client.IdentifyAsync(OtherView, TestPictures.QuickModel)).Result!.Candidates[0].Name == "Onyx, the dark", Patience, "the new name is told");
    }

    private static async Task<(int Code, string Output)> ImportAsync(StandaloneSystem system, string source)
    {
        using var process = ChildProcess.Start(
            ["dotnet", Repository.Program("Whales.Standalone"), "import-catalogue", source, "--url", system.Host.Url.ToString()], new Dictionary<string, string?>());
        return (await process.WaitForExitAsync(Patience), string.Join('\n', process.Output));
    }
}
