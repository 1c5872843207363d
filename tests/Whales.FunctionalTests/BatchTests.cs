using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Whales.Contracts;
using Whales.FunctionalTests.Running;
using Whales.Testing;
using Whales.Testing.Images;

namespace Whales.FunctionalTests;

/// <summary>Many photos in one request: killed, restarted and still whole; and never more of them in memory than fit.</summary>
public sealed class BatchTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    [Fact]
    public async Task Standalone_KilledRightAfterThe202_EveryPhotoGetsItsResultAndTheExportIsComplete()
    {
        const int Photos = 60;
        await using var system = await StandaloneSystem.StartAsync(TestPictures.WriteSlowModel);
        using var response = await PostAsync(system, Colours(Photos));
        var accepted = await ApiClient.ReadAsync<Batch>(response, HttpStatusCode.Accepted);

        await system.Host.KillAsync();
        await system.StartAgainAsync();

        var finished = await FinishedAsync(system, accepted.Id);
        var csv = (await system.Client.Http.GetStringAsync(new Uri($"v1/batches/{accepted.Id}/results?format=csv", UriKind.Relative))).Split("\r\n");
        Assert.Equal((Photos, Photos, 1), (accepted.Total, finished.Counts.Succeeded, finished.RejectedCount));
        Assert.Equal(1 + Photos + 1 + 1, csv.Length);
        Assert.All(csv[1..(1 + Photos)], (line, i) => Assert.StartsWith($"c{i:000}.png,succeeded,", line, StringComparison.Ordinal));
        Assert.StartsWith("notes.txt,rejected,", csv[1 + Photos], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Cluster_BatchOverTheBroker_EveryPhotoGetsItsResult()
    {
        const int Photos = 40;
        await using var cluster = await Cluster.StartAsync(TestPictures.WriteQuickModel);
        await cluster.StartWorkerAsync();
        using var content = Zip(Colours(Photos));
        using var response = await cluster.Client.Http.PostAsync(new Uri("v1/batches", UriKind.Relative), content);
        var accepted = await ApiClient.ReadAsync<Batch>(response, HttpStatusCode.Accepted);

        var finished = await Eventually.GetAsync(
            async () => (await cluster.Client.Http.GetFromJsonAsync<Batch>(new Uri($"v1/batches/{accepted.Id}?wait=10", UriKind.Relative), Json))!,
            batch => batch.Status == BatchStatus.Finished, Patience, "the batch is finished");

        Assert.Equal(Photos, finished.Counts.Succeeded);
    }

    [Fact]
    public async Task Standalone_KilledWhileItUnpacks_LeavesNoBatchAndNoPhoto()
    {
        await using var system = await StandaloneSystem.StartAsync(TestPictures.WriteQuickModel);
        var path = system.FileOf("survey.zip");
        SurveyZip.Write(path, photos: 3_000, bytesEach: 20_000);
        // The catalogue's files lie beside it.
        var photosFolder = Path.Combine(system.ImagesFolder, "photos");
        var posting = PostFileAsync(system, path);
        await Eventually.UntilAsync(
            () => Directory.Exists(photosFolder) && Directory.GetFiles(photosFolder, "*", SearchOption.AllDirectories).Length > 0, Patience, "the first photo is stored");

        await system.Host.KillAsync();
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => posting);
        await system.StartAgainAsync();

        var batches = await system.Client.Http.GetFromJsonAsync<Page<Batch>>(new Uri("v1/batches", UriKind.Relative), Json);
        var photos = await system.Client.Http.GetFromJsonAsync<Page<Identification>>(new Uri("v1/identifications", UriKind.Relative), Json);
        Assert.Empty(batches!.Items);
        Assert.Empty(photos!.Items);
        Assert.Empty(Directory.GetFiles(Path.Combine(system.ImagesFolder, "spool")));
    }

    [Fact]
    public async Task Standalone_ZipFarLargerThanItsMemory_IsTakenWithFlatMemory()
    {
        const long Megabyte = 1_000_000;
        // Nothing is identified: what is measured is the way in.
        await using var system = await StandaloneSystem.StartAsync(
            TestPictures.WriteQuickModel, new Dictionary<string, string?> { ["Models__Serve__0"] = "none" }, ready: false);
        var path = system.FileOf("survey.zip");
        SurveyZip.Write(path, photos: 200, bytesEach: 300_000);
        (await PostFileAsync(system, path)).Dispose();
        PeakMemory.Reset(system.Host.Pid);
        var before = PeakMemory.Read(system.Host.Pid);

        SurveyZip.Write(path, photos: 2_000, bytesEach: 300_000);
        using var response = await PostFileAsync(system, path);

        var batch = await ApiClient.ReadAsync<Batch>(response, HttpStatusCode.Accepted);
        var grown = PeakMemory.Read(system.Host.Pid) - before;
        Assert.Equal(2_000, batch.Total);
        Assert.True(grown < 100 * Megabyte, $"600 MB of photos made the process grow by {grown / Megabyte} MB.");
    }

    private static async Task<Batch> FinishedAsync(StandaloneSystem system, Guid id) => await Eventually.GetAsync(
        async () => (await system.Client.Http.GetFromJsonAsync<Batch>(new Uri($"v1/batches/{id}?wait=10", UriKind.Relative), Json))!,
        batch => batch.Status == BatchStatus.Finished, Patience, $"batch {id} is finished");

    private static async Task<HttpResponseMessage> PostAsync(StandaloneSystem system, byte[] zip)
    {
        using var content = Zip(zip);
        return await system.Client.Http.PostAsync(new Uri("v1/batches", UriKind.Relative), content);
    }

    private static ByteArrayContent Zip(byte[] zip)
    {
        var content = new ByteArrayContent(zip);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/zip");
        return content;
    }

    private static async Task<HttpResponseMessage> PostFileAsync(StandaloneSystem system, string path)
    {
        using var content = new StreamContent(File.OpenRead(path));
        content.Headers.ContentType = new MediaTypeHeaderValue("application/zip");
        return await system.Client.Http.PostAsync(new Uri("v1/batches", UriKind.Relative), content);
    }

    /// <summary>Photos of one colour each, all different, and a text.</summary>
    private static byte[] Colours(int photos)
    {
        using var file = new MemoryStream();
        using (var zip = new ZipArchive(file, ZipArchiveMode.Create, leaveOpen: true))
        {
            for (var i = 0; i < photos; i++)
            {
                using var photo = zip.CreateEntry($"c{i:000}.png").Open();
                photo.Write(TestPhotos.Png(Picture.Solid(32, 32, ((byte)(255 - i), 0, 0))));
            }

            using var notes = zip.CreateEntry("notes.txt").Open();
            notes.Write("Flight of April."u8);
        }

        return file.ToArray();
    }
}
