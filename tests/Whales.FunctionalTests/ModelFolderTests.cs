using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Whales.Contracts;
using Whales.FunctionalTests.Running;
using Whales.Testing;
using Whales.Testing.Models;

namespace Whales.FunctionalTests;

/// <summary>Several model folders in one host, some of them broken.</summary>
public sealed class ModelFolderTests
{
    private const string Broken = "damaged";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Host_SeveralModels_EachAnswersForItself()
    {
        await using var system = await StandaloneSystem.StartAsync(folder =>
        {
            TestPictures.WriteQuickModel(folder);
            TestModels.Write(folder, new TestModel { Name = "labels", Tier = "balanced", IsClassifier = true, Match = 0.5, Version = "7" });
        });

        var first = await system.Client.IdentifyAsync(TestPictures.Red, TestPictures.QuickModel);
        var second = await system.Client.IdentifyAsync(TestPictures.Red, "labels");

        Assert.Equal(("1", "red"), (first.ModelVersion, first.Result!.Candidates[0].IndividualId));
        Assert.Equal(("7", "red"), (second.ModelVersion, second.Result!.Candidates[0].IndividualId));
        var models = await Eventually.GetAsync(
            system.Client.ModelsAsync, models => models.All(m => m.State == ModelState.Ready), Patience, "both are ready");
        Assert.Equal([TestPictures.QuickModel, "labels"], models.Select(m => m.Name));
        Assert.Equal("labels", Assert.Single(models, m => m.IsDefault).Name);
    }

    [Fact]
    public async Task Host_NetworkIsNotTheManifests_TheOthersServeAndItsStateSaysWhy()
    {
        await using var system = await StandaloneSystem.StartAsync(folder =>
        {
            TestPictures.WriteQuickModel(folder);
            var damaged = TestModels.Write(folder, new TestModel { Name = Broken });
            File.AppendAllText(Path.Combine(damaged, "model.onnx"), "x");
        });

        Assert.Equal(IdentificationStatus.Succeeded, (await system.Client.IdentifyAsync(TestPictures.Red, TestPictures.QuickModel)).Status);
        var models = await Eventually.GetAsync(
            system.Client.ModelsAsync, models => models.Any(m => m.State == ModelState.Failed), Patience, "the damaged one has failed");
        Assert.Equal(ModelState.Ready, Assert.Single(models, m => m.Name == TestPictures.QuickModel).State);
        var damaged = Assert.Single(models, m => m.Name == Broken);
        Assert.Contains("SHA-256", damaged.Reason, StringComparison.Ordinal);
        Assert.Equal(0, damaged.Workers);
        Assert.Contains($"{Broken}: Failed", await HealthAsync(system.Client.Http, "models"), StringComparison.Ordinal);
        Assert.Equal(0, await Metrics.ReadAsync(system.Host.Url, "whales_api_model_loaded", ("model", Broken)));
        Assert.Equal(1, await Metrics.ReadAsync(system.Host.Url, "whales_api_model_loaded", ("model", TestPictures.QuickModel)));
    }

    [Fact]
    public async Task Host_FolderWithoutUsableManifest_TheOthersServeAndHealthSaysWhich()
    {
        await using var system = await StandaloneSystem.StartAsync(folder =>
        {
            TestPictures.WriteQuickModel(folder);
            var damaged = TestModels.Write(folder, new TestModel { Name = Broken });
            File.WriteAllText(Path.Combine(damaged, "model.json"), "{ \"name\": ");
        });

        Assert.Equal(IdentificationStatus.Succeeded, (await system.Client.IdentifyAsync(TestPictures.Red, TestPictures.QuickModel)).Status);
        Assert.Equal(TestPictures.QuickModel, Assert.Single(await system.Client.ModelsAsync()).Name);
        var health = await HealthAsync(system.Client.Http, "models");
        Assert.Contains(Broken, health, StringComparison.Ordinal);
        Assert.Contains("model.json", health, StringComparison.Ordinal);
    }

    /// <summary>What a part of a host that is ready says of itself.</summary>
    private static async Task<string> HealthAsync(HttpClient http, string check)
    {
        using var response = await http.GetAsync(new Uri("health", UriKind.Relative));
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        using var health = (await response.Content.ReadFromJsonAsync<JsonDocument>())!;
        return health.RootElement.GetProperty("checks").EnumerateArray()
            .Single(c => c.GetProperty("name").GetString() == check).GetProperty("description").GetString() ?? "";
    }
}
