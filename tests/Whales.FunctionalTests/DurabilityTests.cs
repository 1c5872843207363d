using Whales.FunctionalTests.Running;

namespace Whales.FunctionalTests;

/// <summary>Before the client reads 202, photo, directory entry and row are on the disk: seen where it counts, in the calls to the kernel.</summary>
public sealed class DurabilityTests
{
    private const string Accepted = "HTTP/1.1 202";

    /// <summary>PostgreSQL's ReadyForQuery with the state idle, as strace writes bytes: what was sent before is committed.</summary>
    private const string NoTransactionOpen = @"Z\0\0\0\5I";

    [Fact]
    public async Task Standalone_PhotoAccepted_FileDirectoryAndRowAreSyncedBefore202()
    {
        await using var system = await StandaloneSystem.StartAsync(
            TestPictures.WriteQuickModel, wrapper: own => SystemCalls.Recorder(own.FileOf("strace")));

        var accepted = await system.Client.SubmitAsync(TestPictures.Red, TestPictures.QuickModel);

        var calls = await SystemCalls.ReadAsync(system.FileOf("strace"), Accepted);
        var directory = AssertPhotoSynced(calls, accepted.Id, system.ImagesFolder);
        var row = calls.Synced(system.FileOf("whales.db"), after: directory);
        Assert.InRange(row, directory, calls.Sent(Accepted));
    }

    [Fact]
    public async Task ApiWithPostgres_PhotoAccepted_FileAndDirectoryAreSyncedAndTheRowIsCommittedBefore202()
    {
        await using var cluster = await Cluster.StartAsync(TestPictures.WriteQuickModel, recordApi: true);

        var accepted = await cluster.Client.SubmitAsync(TestPictures.Red, TestPictures.QuickModel);

        var calls = await SystemCalls.ReadAsync(cluster.ApiRecord, Accepted);
        var directory = AssertPhotoSynced(calls, accepted.Id, cluster.ImagesFolder);
        var row = calls.Sent("insert into identifications", after: directory);
        Assert.InRange(calls.Answered(row, NoTransactionOpen), row, calls.Sent(Accepted));
        // The database answers a commit only once it is on its disk: every connection asks for that when it begins.
        Assert.Contains("-c synchronous_commit=on", calls.Line(calls.Sent("whales-ingest")), StringComparison.Ordinal);
    }

    /// <returns>Where the directory was synced, after the file.</returns>
    private static int AssertPhotoSynced(SystemCalls calls, Guid id, string images)
    {
        var photo = Assert.Single(Directory.GetFiles(images, $"{id:n}", SearchOption.AllDirectories));
        // The bracket ends the path of a descriptor: the directory itself, not what lies in it.
        var file = calls.Synced($"{photo}>");
        var directory = calls.Synced($"{Path.GetDirectoryName(photo)}>", after: file);
        Assert.InRange(directory, file, calls.Sent(Accepted));
        return directory;
    }
}
