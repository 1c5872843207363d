using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Whales.Contracts;
using Whales.Hosting.Images;
using Whales.Ingest.Api.Tests.Hosting;

namespace Whales.Ingest.Api.Tests.Batches;

public sealed class BatchSubmitTests
{
    public static TheoryData<string> Databases => BatchServer.Databases;

    [Theory]
    [MemberData(nameof(Databases))]
    public async Task Post_ZipOfPhotos_IsAcceptedInItsOrder(string database)
    {
        await using var batches = await BatchServer.StartAsync(database);
        var zip = new ZipBuilder { Comment = "survey"u8.ToArray() };
        for (var i = 0; i < 40; i++)
        {
            zip.Add(new ZipPart
            {
                Name = $"leg {i % 3}/DSC_{i:0000}.jpg",
                Data = TestPhotos.Jpeg(seed: i, length: 400 + (i * 5000)),
                Method = i % 2 == 0 ? 0 : 8,
                Streamed = i % 5 == 0,
                Zip64 = i % 7 == 0,
            });
        }

        using var request = BatchServer.Zip(zip.Build(), $"?model={IngestServer.OtherModel}&expiresIn=600&region=0.1,0.1,0.5,0.5");
        request.Content!.Headers.Add("Content-Disposition", "attachment; filename=\"flight.zip\"");
        using var response = await batches.Client.SendAsync(request);

        var batch = await response.JsonAsync<Batch>(HttpStatusCode.Accepted);
        Assert.Equal($"{BatchServer.Path}/{batch.Id}", response.Headers.Location?.ToString());
        Assert.NotNull(response.Headers.RetryAfter);
        Assert.NotNull(response.Headers.ETag);
        Assert.Equal((40, 40, 0, BatchStatus.Processing, "flight.zip"), (batch.Total, batch.Counts.Queued, batch.RejectedCount, batch.Status, batch.FileName));
        Assert.Equal((IngestServer.OtherModel, 0.5), (batch.Model, batch.Region!.Width));
        var rows = await batches.RowsAsync(batch.Id);
        Assert.Equal(Enumerable.Range(0, 40).Select(i => $"DSC_{i:0000}.jpg"), rows.Select(row => row.FileName));
        Assert.All(rows, row => Assert.Equal(
            (Lane.Bulk, IngestServer.OtherModel, "image/jpeg", 1, batch.CreatedAt, batch.ExpiresAt, batch.Region),
            (row.Lane, row.Model, row.ContentType, row.Attempt, row.CreatedAt, row.ExpiresAt, row.Region)));
        Assert.Equal(batch.CreatedAt.AddSeconds(600), batch.ExpiresAt);
        Assert.Equal(1, batches.Server.Queue.Wakes);
        foreach (var (row, i) in rows.Select((row, i) => (row, i)))
        {
            var photo = TestPhotos.Jpeg(seed: i, length: 400 + (i * 5000));
            Assert.Equal(photo, await File.ReadAllBytesAsync(System.IO.Path.Combine(batches.Server.Folder, "data", "images", row.ImageKey)));
            Assert.Equal((photo.Length, Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(photo))), (row.ImageBytes, row.Sha256));
        }
    }

    [Theory]
    [MemberData(nameof(Databases))]
    public async Task Post_BadEntriesAmongGoodOnes_AreRejectedWithTheirReasons(string database)
    {
        await using var batches = await BatchServer.StartAsync(database, new() { ["Ingest:MaxPhotoBytes"] = "10000" });
        var zip = new ZipBuilder()
            .Add("good.jpg", TestPhotos.Jpeg(seed: 1))
            .Add(new ZipPart { Name = "secret.jpg", Data = TestPhotos.Jpeg(seed: 2), Flags = 1 })
            .Add("more.zip", ZipBuilder.Of(("inner.jpg", TestPhotos.Jpeg(seed: 3))))
            .Add(new ZipPart { Name = "notes/läs mig.txt", Data = "Flight of April."u8.ToArray(), Method = 8 })
            .Add("large.jpg", TestPhotos.Jpeg(seed: 4, length: 10_001))
            .Add("wide.jpg", TestPhotos.Jpeg(seed: 5, width: 20_000, height: 20_000))
            .Add("again.jpg", TestPhotos.Jpeg(seed: 1))
            .Add("empty.jpg", [])
            .Add(new ZipPart { Name = "bent.jpg", Data = TestPhotos.Jpeg(seed: 6), CrcSaid = 7 })
            .Add(new ZipPart { Name = "broken.jpg", Data = TestPhotos.Jpeg(seed: 7), Method = 8, Damage = packed => packed.AsSpan(0, 20).Fill(0xFF) })
            .Add(new ZipPart { Name = "lzma.jpg", Data = TestPhotos.Jpeg(seed: 8), Method = 14 })
            .Add("animation.gif", TestPhotos.Gif(3))
            .Add("phone.heic", TestPhotos.Heic())
            .Add("last.jpg", TestPhotos.Jpeg(seed: 9));

        var batch = await batches.PostAsync(zip.Build());

        Assert.Equal(
            [
                ("secret.jpg", "encrypted"), ("more.zip", "nested_archive"), ("notes/läs mig.txt", "unsupported_media"), ("large.jpg", "too_large"),
                ("wide.jpg", "too_large"), ("again.jpg", "duplicate"), ("empty.jpg", "empty_file"), ("bent.jpg", "damaged_entry"),
                ("broken.jpg", "damaged_entry"), ("lzma.jpg", "unsupported_compression"), ("animation.gif", "too_large"), ("phone.heic", "unsupported_media"),
            ],
            batch.Rejected!.Select(rejected => (rejected.Entry, rejected.Code)));
        Assert.Contains("good.jpg", batch.Rejected!.Single(rejected => rejected.Code == RejectionCodes.Duplicate).Message, StringComparison.Ordinal);
        Assert.All(batch.Rejected!, rejected => Assert.NotEmpty(rejected.Message));
        Assert.Equal((2, 12), (batch.Total, batch.RejectedCount));
        Assert.Equal(["good.jpg", "last.jpg"], (await batches.RowsAsync(batch.Id)).Select(row => row.FileName));
        Assert.Equal(2, batches.Server.StoredFiles().Count);
        Assert.Equal(batch.Rejected, (await batches.GetAsync(batch.Id)).Rejected);
    }

    [Fact]
    public async Task Post_ManyCopiesOfAPhoto_TheFirstInTheZipStays()
    {
        await using var batches = await BatchServer.StartAsync();
        var copies = Enumerable.Range(0, 60).Select(i => ($"copy{i:00}.jpg", TestPhotos.Jpeg(seed: i % 3, length: 60_000))).ToArray();

        var batch = await batches.PostAsync(ZipBuilder.Of(copies));

        Assert.Equal(["copy00.jpg", "copy01.jpg", "copy02.jpg"], (await batches.RowsAsync(batch.Id)).Select(row => row.FileName));
        Assert.All(batch.Rejected!, (rejected, i) => Assert.EndsWith($"copy{i % 3:00}.jpg.", rejected.Message, StringComparison.Ordinal));
        Assert.Equal((57, 3), (batch.RejectedCount, batches.Server.StoredFiles().Count));
    }

    [Fact]
    public async Task Post_FoldersAndWhatSystemsLeaveInThem_AreIgnored()
    {
        await using var batches = await BatchServer.StartAsync();
        var zip = ZipBuilder.Of(
            ("flight/", []), ("flight/a.jpg", TestPhotos.Jpeg()), ("__MACOSX/flight/._a.jpg", [1, 2]), ("flight/.DS_Store", [1]), ("flight/Thumbs.db", [1]));

        var batch = await batches.PostAsync(zip);

        Assert.Equal((1, 0), (batch.Total, batch.RejectedCount));
    }

    [Fact]
    public async Task Post_NamesInEveryEncoding_AreReadable()
    {
        await using var batches = await BatchServer.StartAsync();
        var zip = new ZipBuilder()
            .Add(new ZipPart { Name = "", RawName = [.. "Gro"u8, 0xE1, .. ".jpg"u8], Data = TestPhotos.Jpeg(seed: 1) })
            .Add(new ZipPart { Name = "dir\\Żuraw.jpg", Data = TestPhotos.Jpeg(seed: 2), Flags = 0x0800 })
            .Add("ok\u202Egnp.jpg", TestPhotos.Jpeg(seed: 3));

        var batch = await batches.PostAsync(zip.Build());

        Assert.Equal(["Groß.jpg", "Żuraw.jpg", "okgnp.jpg"], (await batches.RowsAsync(batch.Id)).Select(row => row.FileName));
    }

    [Theory]
    [MemberData(nameof(Databases))]
    public async Task Post_FormOfPhotosAndAZip_TakesAllInOrder(string database)
    {
        await using var batches = await BatchServer.StartAsync(database);
        using var form = BatchServer.Form(
            ("one.jpg", TestPhotos.Jpeg(seed: 1)), ("text.jpg", "no photo"u8.ToArray()), ("two.zip", ZipBuilder.Of(("in/two.jpg", TestPhotos.Jpeg(seed: 2)))),
            ("three.png", TestPhotos.Png(10, 10)), ("empty.jpg", []));

        using var response = await batches.Client.PostAsync(BatchServer.Path, form);

        var batch = await response.JsonAsync<Batch>(HttpStatusCode.Accepted);
        Assert.Equal(["one.jpg", "two.jpg", "three.png"], (await batches.RowsAsync(batch.Id)).Select(row => row.FileName));
        Assert.Equal([("text.jpg", "unsupported_media"), ("empty.jpg", "empty_file")], batch.Rejected!.Select(rejected => (rejected.Entry, rejected.Code)));
        Assert.Null(batch.FileName);
    }

    [Fact]
    public async Task Post_NothingButBadEntries_IsFinishedAtOnce()
    {
        await using var batches = await BatchServer.StartAsync();

        var batch = await batches.PostAsync(ZipBuilder.Of(("notes.txt", "text"u8.ToArray())));

        Assert.Equal((0, 1, BatchStatus.Finished), (batch.Total, batch.RejectedCount, batch.Status));
        Assert.NotNull(batch.CompletedAt);
    }

    [Theory]
    [InlineData("text/plain", 415, "unsupported_media")]
    [InlineData("image/jpeg", 415, "unsupported_media")]
    [InlineData(null, 400, "malformed_request")]
    [InlineData("multipart/form-data", 400, "malformed_request")]
    [InlineData("multipart/form-data; boundary=x", 400, "malformed_request")]
    [InlineData("application/zip", 400, "malformed_archive")]
    public async Task Post_BodyOfAnotherKind_IsRefused(string? contentType, int status, string code)
    {
        await using var batches = await BatchServer.StartAsync();

        using var response = await batches.Client.PostAsync(BatchServer.Path, TestPhotos.Content(TestPhotos.Jpeg(), contentType));

        await response.ProblemAsync(status, code);
        await batches.AssertNothingIsLeftAsync();
    }

    [Theory]
    [InlineData("?model=kraken", 404, "unknown_model")]
    [InlineData("?expiresIn=-1", 400, "malformed_request")]
    [InlineData("?region=2", 400, "malformed_request")]
    public async Task Post_BadParameter_IsRefused(string query, int status, string code)
    {
        await using var batches = await BatchServer.StartAsync();
        using var request = BatchServer.Zip(ZipBuilder.Of(BatchServer.Photos(1)), query);

        using var response = await batches.Client.SendAsync(request);

        await response.ProblemAsync(status, code);
        await batches.AssertNothingIsLeftAsync();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Post_LargerThanTheLimit_IsRefused(bool lengthIsSaid)
    {
        await using var batches = await BatchServer.StartAsync(settings: new() { ["Batches:MaxBytes"] = "1000000" });
        using var request = BatchServer.Zip(ZipBuilder.Of(("a.jpg", TestPhotos.Jpeg(length: 1_100_000))), key: "refused");
        if (!lengthIsSaid)
            request.Headers.TransferEncodingChunked = true;

        using var response = await batches.Client.SendAsync(request);

        await response.ProblemAsync(413, "too_large");
        await batches.AssertNothingIsLeftAsync();
    }

    [Fact]
    public async Task Post_MorePartsThanTheLimit_IsRefused()
    {
        await using var batches = await BatchServer.StartAsync(settings: new() { ["Batches:MaxFiles"] = "3" });
        using var form = BatchServer.Form(BatchServer.Photos(4));

        using var response = await batches.Client.PostAsync(BatchServer.Path, form);

        await response.ProblemAsync(413, "too_many_files");
        await batches.AssertNothingIsLeftAsync();
    }

    [Fact]
    public async Task Post_ImageStoreIsFull_IsRefusedAndLeavesNothing()
    {
        await using var batches = await BatchServer.StartAsync(services: services => services.AddSingleton<IImageStore>(new FullImageStore(atWrite: true)));

        await batches.RefusedAsync(ZipBuilder.Of(BatchServer.Photos(3)), 503, "unavailable");

        await batches.AssertNothingIsLeftAsync();
    }

    [Fact]
    public async Task Post_DiskHasNotEnoughFree_IsRefused()
    {
        await using var batches = await BatchServer.StartAsync(settings: new() { ["Batches:MinFreeBytes"] = "10000000000000" });

        await batches.RefusedAsync(ZipBuilder.Of(BatchServer.Photos(3)), 503, "unavailable");

        await batches.AssertNothingIsLeftAsync();
    }

    [Fact]
    public async Task Start_SpoolOfACrash_IsEmptied()
    {
        var spool = Directory.CreateTempSubdirectory("whales-spool-").FullName;
        var left = System.IO.Path.Combine(spool, "0123.spool");
        await File.WriteAllTextAsync(left, "");

        await using var batches = await BatchServer.StartAsync(settings: new() { ["Batches:SpoolFolder"] = spool });
        await batches.PostPhotosAsync(2);

        Assert.Empty(Directory.GetFiles(spool));
        Directory.Delete(spool);
    }
}
