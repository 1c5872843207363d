using System.Net;
using Whales.Contracts;
using Whales.FunctionalTests.Running;
using Whales.Testing;

namespace Whales.FunctionalTests;

/// <summary>The whole system with its photos in S3: API and worker share nothing but the broker, the database and the bucket.</summary>
public sealed class S3Tests
{
    [Fact]
    public async Task Photo_KeptInS3_IsIdentifiedShownAndRemoved()
    {
        await using var s3 = await S3Server.StartAsync();
        await using var cluster = await Cluster.StartAsync(TestPictures.WriteQuickModel, settings: s3.Environment);
        await cluster.StartWorkerAsync();

        foreach (var (photo, colour) in new[] { (TestPictures.Red, "red"), (TestPictures.Blue, "blue") })
        {
            var accepted = await cluster.Client.SubmitAsync(photo, TestPictures.QuickModel);
            var finished = await cluster.Client.FinishedAsync(accepted.Id);

            Assert.Equal(IdentificationStatus.Succeeded, finished.Status);
            Assert.Equal(colour, finished.Result!.Candidates[0].IndividualId);
            Assert.Equal(photo, await cluster.Client.Http.GetByteArrayAsync(new Uri($"v1/identifications/{accepted.Id}/image?position=true", UriKind.Relative)));
        }

        Assert.False(Directory.Exists(cluster.ImagesFolder));
        var some = cluster.Client.Accepted.First().Id;
        using var removed = await cluster.Client.Http.DeleteAsync(new Uri($"v1/identifications/{some}", UriKind.Relative));
        Assert.Equal(HttpStatusCode.NoContent, removed.StatusCode);
    }

    [Fact]
    public async Task Submit_S3IsAway_IsRefusedUntilItIsBackAndNothingIsLost()
    {
        await using var s3 = await S3Server.StartAsync();
        await using var cluster = await Cluster.StartAsync(TestPictures.WriteQuickModel, settings: new Dictionary<string, string?>(s3.Environment) { ["ImageStore__S3__Retries"] = "1" });
        await cluster.StartWorkerAsync();
        var before = await cluster.Client.SubmitAsync(TestPictures.Red, TestPictures.QuickModel);
        await cluster.Client.FinishedAsync(before.Id);

        await s3.KillAsync();
        var (status, _, body) = await cluster.Client.TrySubmitAsync(TestPictures.Red, TestPictures.QuickModel);
        using var ready = await cluster.Client.Http.GetAsync(new Uri("health/ready", UriKind.Relative));

        Assert.Equal(HttpStatusCode.ServiceUnavailable, status);
        Assert.Contains(ErrorCodes.Unavailable, body, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, ready.StatusCode);
        Assert.Contains("image store", await ready.Content.ReadAsStringAsync(), StringComparison.Ordinal);

        await s3.StartAgainAsync();
        await cluster.Client.SubmitAsync(TestPictures.Blue, TestPictures.QuickModel);
        Assert.All(await cluster.Client.AllFinishedAsync(), finished => Assert.Equal(IdentificationStatus.Succeeded, finished.Status));
    }
}
