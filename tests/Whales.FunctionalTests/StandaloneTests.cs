using System.Net;
using System.Net.Http.Headers;
using Whales.Contracts;
using Whales.FunctionalTests.Running;
using Whales.Testing;
using Whales.Testing.Images;

namespace Whales.FunctionalTests;

/// <summary>One command, one process: photos in, answers out, and every kind of photo that has none.</summary>
public sealed class StandaloneTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Photo_ByFormAndAsBody_IsNamedWithCandidates()
    {
        await using var system = await StandaloneSystem.StartAsync(TestPictures.WriteQuickModel);

        using var file = new ByteArrayContent(TestPictures.Red);
        using var form = new MultipartFormDataContent { { file, "file", "DSC_0412.png" } };
        using var posted = await system.Client.Http.PostAsync(new Uri("v1/identifications", UriKind.Relative), form);
        var accepted = await ApiClient.ReadAsync<Identification>(posted, HttpStatusCode.Accepted);
        var byForm = await system.Client.FinishedAsync(accepted.Id);
        var asBody = await system.Client.FinishedAsync((await system.Client.SubmitAsync(TestPictures.Blue, TestPictures.QuickModel)).Id);

        Assert.Equal("DSC_0412.png", byForm.FileName);
        AssertNamed("red", byForm);
        AssertNamed("blue", asBody);
    }

    [Fact]
    public async Task Photo_PreferWait_IsAnsweredInTheSameRequest()
    {
        await using var system = await StandaloneSystem.StartAsync(TestPictures.WriteQuickModel);

        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri("v1/identifications", UriKind.Relative));
        request.Headers.Add("Prefer", "wait=30");
        request.Content = new ByteArrayContent(TestPictures.Red);
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("image/png");
        using var response = await system.Client.Http.SendAsync(request);

        var answer = await ApiClient.ReadAsync<Identification>(response, HttpStatusCode.OK);
        Assert.Equal("wait=30", Assert.Single(response.Headers.GetValues("Preference-Applied")));
        Assert.EndsWith($"v1/identifications/{answer.Id}", response.Headers.Location?.ToString(), StringComparison.Ordinal);
        AssertNamed("red", answer);
    }

    [Fact]
    public async Task Photo_PostedBeforeTheModelIsLoaded_IsAnswered()
    {
        // A measuring warm-up takes at least a third of these seconds: the photo is there long before.
        await using var system = await StandaloneSystem.StartAsync(
            TestPictures.WriteQuickModel, new Dictionary<string, string?> { ["Inference__BatchSize"] = null, ["Inference__WarmUpSeconds"] = "15" }, ready: false);

        var accepted = await system.Client.SubmitAsync(TestPictures.Red, TestPictures.QuickModel);

        Assert.Equal(ModelState.Loading, Assert.Single(await system.Client.ModelsAsync()).State);
        AssertNamed("red", await system.Client.FinishedAsync(accepted.Id));
    }

    [Fact]
    public async Task Photo_Truncated_FailsAsCorrupted()
    {
        await using var system = await StandaloneSystem.StartAsync(TestPictures.WriteQuickModel);

        var finished = await system.Client.IdentifyAsync(TestPhotos.Truncated(TestPhotos.Jpeg()), TestPictures.QuickModel);

        Assert.Equal(IdentificationStatus.Failed, finished.Status);
        Assert.Equal(FailureCodes.CorruptedImage, finished.Error?.Code);
        AssertNamed("red", await system.Client.IdentifyAsync(TestPictures.Red, TestPictures.QuickModel));
    }

    [Fact]
    public async Task Photo_LargerThanUsualWhereThatIsAllowed_IsNamed()
    {
        await using var system = await StandaloneSystem.StartAsync(
            TestPictures.WriteQuickModel, new Dictionary<string, string?> { ["Ingest__MaxPhotoPixels"] = "200000000" });

        AssertNamed("red", await system.Client.IdentifyAsync(TestPhotos.LargePng(12_000, 10_000, (255, 0, 0)), TestPictures.QuickModel));
    }

    [Fact]
    public async Task Photo_GoneFromTheStoreBeforeItsTurn_FailsAsMissing()
    {
        await using var system = await StandaloneSystem.StartAsync(TestPictures.WriteLongModel, OneAtATime);
        var waiting = await FillAsync(system);

        File.Delete(PhotoFile(system, waiting.Id));

        // The photos before it need not be waited for: their way is over once they are canceled.
        await CancelOthersAsync(system, waiting.Id);
        var finished = await system.Client.FinishedAsync(waiting.Id);
        Assert.Equal(IdentificationStatus.Failed, finished.Status);
        Assert.Equal(FailureCodes.ImageMissing, finished.Error?.Code);
    }

    [Fact]
    public async Task Photo_CanceledWhileItWaits_StaysCanceled()
    {
        await using var system = await StandaloneSystem.StartAsync(TestPictures.WriteLongModel, OneAtATime);
        var waiting = await FillAsync(system);

        var canceled = await system.Client.PostAsync($"v1/identifications/{waiting.Id}/cancel");
        Assert.Equal(IdentificationStatus.Canceled, canceled.Status);

        await CancelOthersAsync(system, waiting.Id);
        await Eventually.UntilAsync(() => JobsAsync(system, "canceled", 1), Patience, "the worker has passed the canceled photo over");
        Assert.Equal(IdentificationStatus.Canceled, (await system.Client.GetAsync(waiting.Id)).Status);
    }

    [Fact]
    public async Task Photo_DeadlineOverWhileItWaits_Expires()
    {
        await using var system = await StandaloneSystem.StartAsync(TestPictures.WriteLongModel, OneAtATime);
        await FillAsync(system);

        var waiting = await system.Client.SubmitAsync(TestPictures.Red, $"{TestPictures.LongModel}&expiresIn=1");

        Assert.Equal(IdentificationStatus.Expired, (await system.Client.FinishedAsync(waiting.Id)).Status);
    }

    private static Dictionary<string, string?> OneAtATime => new() { ["Inference__BatchSize"] = "1" };

    /// <summary>Posts more photos than the worker can hold, and returns the last, which nobody has touched yet.</summary>
    private static async Task<Identification> FillAsync(StandaloneSystem system)
    {
        var held = 2 + (2 * Environment.ProcessorCount);
        var last = await system.Client.SubmitAsync(TestPictures.Red, TestPictures.LongModel);
        for (var i = 0; i < held; i++)
            last = await system.Client.SubmitAsync(TestPictures.Red, TestPictures.LongModel);
        return last;
    }

    private static async Task CancelOthersAsync(StandaloneSystem system, Guid id)
    {
        foreach (var other in system.Client.Accepted.Where(i => i.Id != id))
            await system.Client.PostAsync($"v1/identifications/{other.Id}/cancel");
    }

    private static async Task<bool> JobsAsync(StandaloneSystem system, string outcome, int atLeast) =>
        await Metrics.ReadAsync(system.Host.Url, "whales_worker_jobs_total", ("outcome", outcome)) >= atLeast;

    private static string PhotoFile(StandaloneSystem system, Guid id) =>
        Assert.Single(Directory.GetFiles(system.ImagesFolder, $"{id:n}", SearchOption.AllDirectories));

    private static void AssertNamed(string individual, Identification identification)
    {
        Assert.Equal(IdentificationStatus.Succeeded, identification.Status);
        Assert.Equal(Decision.Identified, identification.Result!.Decision);
        Assert.Equal(5, identification.Result.Candidates.Count);
        Assert.Equal(individual, identification.Result.Candidates[0].IndividualId);
        Assert.Equal(identification.Result.Candidates.OrderByDescending(c => c.Score), identification.Result.Candidates);
        Assert.Equal(1, identification.Timings!.BatchSize);
    }
}
