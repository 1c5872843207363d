using System.Buffers.Binary;
using Whales.Ingest.Api.Tests.Hosting;

namespace Whales.Ingest.Api.Tests.Batches;

/// <summary>Archives that are damaged, lie or attack: refused whole with a code, and nothing is left of them.</summary>
public sealed class HostileZipTests
{
    private static readonly byte[] Good = TestPhotos.Jpeg(seed: 1);
    private static readonly byte[] Another = TestPhotos.Jpeg(seed: 2, length: 5_000);

    /// <summary>A JPEG header and then nothing but zeros: a photo by its first bytes, a bomb by its size.</summary>
    private static readonly byte[] Zeros = [.. TestPhotos.Jpeg(length: 100)[..^2], .. new byte[5_000_000]];

    private static readonly Dictionary<string, (Func<byte[]> Zip, string Code)> Cases = new()
    {
        ["no entries"] = (() => ZipBuilder.Of(), "empty_archive"),
        ["no entries, 64 bits"] = (() => new ZipBuilder { Zip64End = true }.Build(), "empty_archive"),
        ["only folders"] = (() => ZipBuilder.Of(("a/", []), ("__MACOSX/x", [1])), "empty_archive"),
        ["name climbs"] = (() => ZipBuilder.Of(("good.jpg", Good), ("../../etc/cron.d/a.jpg", Another)), "unsafe_path"),
        ["name climbs inside"] = (() => ZipBuilder.Of(("good.jpg", Good), ("a/b/../../../c.jpg", Another)), "unsafe_path"),
        ["name climbs with backslashes"] = (() => ZipBuilder.Of(("good.jpg", Good), ("..\\..\\a.jpg", Another)), "unsafe_path"),
        ["name is absolute"] = (() => ZipBuilder.Of(("good.jpg", Good), ("/etc/passwd", Another)), "unsafe_path"),
        ["name is a network share"] = (() => ZipBuilder.Of(("good.jpg", Good), ("\\\\host\\share\\a.jpg", Another)), "unsafe_path"),
        ["name has a drive"] = (() => ZipBuilder.Of(("good.jpg", Good), ("C:\\a.jpg", Another)), "unsafe_path"),
        ["name has a drive, relative"] = (() => ZipBuilder.Of(("good.jpg", Good), ("c:a.jpg", Another)), "unsafe_path"),
        ["name has a NUL"] = (() => ZipBuilder.Of(("good.jpg", Good), ("a.jpg\0.txt", Another)), "unsafe_path"),
        ["ignored folder climbs"] = (() => ZipBuilder.Of(("good.jpg", Good), ("../x/", [])), "unsafe_path"),
        ["name is empty"] = (() => ZipBuilder.Of(("good.jpg", Good), ("", Another)), "malformed_archive"),
        ["name is endless"] = (() => ZipBuilder.Of(("good.jpg", Good), (new string('a', 5_000), Another)), "malformed_archive"),
        ["entry unpacks to more than both headers say"] = (() => With(new ZipPart { Name = "a.jpg", Data = Another, Method = 8, SizeSaid = 1_000 }), "archive_mismatch"),
        ["entry unpacks to less than both headers say"] = (() => With(new ZipPart { Name = "a.jpg", Data = Another, Method = 8, SizeSaid = 9_000 }), "archive_mismatch"),
        ["bomb calls itself small"] = (() => With(new ZipPart { Name = "a.jpg", Data = Zeros, Method = 8, SizeSaid = 5_000 }), "archive_mismatch"),
        ["streamed bomb calls itself small"] = (() => With(new ZipPart { Name = "a.jpg", Data = Zeros, Method = 8, SizeSaid = 5_000, Streamed = true }), "archive_mismatch"),
        ["bomb calls itself small in 64 bits"] = (() => With(new ZipPart { Name = "a.jpg", Data = Zeros, Method = 8, SizeSaid = 5_000, Zip64 = true }), "archive_mismatch"),
        ["size is negative in 64 bits"] = (() => With(new ZipPart { Name = "a.jpg", Data = Another, Method = 8, SizeSaid = -5, Zip64 = true }), "archive_mismatch"),
        ["stored entry has two sizes"] = (() => With(new ZipPart { Name = "a.jpg", Data = Another, SizeSaid = 4_000 }), "archive_mismatch"),
        ["headers name two sizes"] = (() => With(new ZipPart { Name = "a.jpg", Data = Another, Method = 8, LocalSizeSaid = 77 }), "archive_mismatch"),
        ["headers name two files"] = (() => With(new ZipPart { Name = "a.jpg", Data = Another, LocalName = "b.jpg" }), "archive_mismatch"),
        ["entries share bytes"] = (() => With(new ZipPart { Name = "a.jpg", Data = Good, SharesBytesOf = 0 }), "archive_mismatch"),
        ["entry lies outside"] = (() => Patched(ZipBuilder.Of(("a.jpg", Good)), "PK\x01\x02"u8, 42, 0x7FFFFFFF), "archive_mismatch"),
        ["packed size reaches beyond the end"] = (() => Patched(ZipBuilder.Of(("a.jpg", Good)), "PK\x01\x02"u8, 20, 0x7FFFFFFF), "archive_mismatch"),
        ["local header is elsewhere"] = (() => Patched(ZipBuilder.Of(("aaaaaaaa.jpg", Good)), "PK\x03\x04"u8, 0, 0x11111111), "malformed_archive"),
        ["end says fewer entries"] = (() => new ZipBuilder { EntriesSaid = 1 }.Add("a.jpg", Good).Add("b.jpg", Another).Build(), "archive_mismatch"),
        ["end says more entries"] = (() => new ZipBuilder { EntriesSaid = 9 }.Add("a.jpg", Good).Build(), "archive_mismatch"),
        ["end says more entries, 64 bits"] = (() => new ZipBuilder { EntriesSaid = 9, Zip64End = true }.Add("a.jpg", Good).Build(), "archive_mismatch"),
        ["too many entries"] = (() => ZipBuilder.Of([.. Enumerable.Range(0, 101).Select(i => ($"{i}.jpg", Good))]), "too_many_files"),
        ["endless entries, 64 bits"] = (() => new ZipBuilder { EntriesSaid = int.MaxValue, Zip64End = true }.Add("a.jpg", Good).Build(), "too_many_files"),
        ["bomb"] = (() => With(new ZipPart { Name = "a.jpg", Data = Zeros, Method = 8 }), "archive_bomb"),
        ["bomb of many"] = (() => Many(new ZipPart { Name = "a.jpg", Data = Zeros[..1_000_000], Method = 8 }, 20), "archive_bomb"),
        ["bomb that is skipped as too large"] = (() => With(new ZipPart { Name = "a.txt", Data = new byte[60_000_000], Method = 8 }), "archive_bomb"),
        ["more than may be unpacked"] = (() => ZipBuilder.Of([.. Enumerable.Range(0, 21).Select(i => ($"{i}.jpg", TestPhotos.Jpeg(seed: i, length: 500_000)))]), "archive_bomb"),
        ["cut off"] = (() => ZipBuilder.Of(("a.jpg", Good), ("b.jpg", Another))[..^30], "malformed_archive"),
        ["cut off in the first entry"] = (() => ZipBuilder.Of(("a.jpg", Good))[..100], "malformed_archive"),
        ["cut off after four bytes"] = (() => ZipBuilder.Of(("a.jpg", Good))[..4], "malformed_archive"),
        ["a piece is missing"] = (() => Without(ZipBuilder.Of(("a.jpg", Good), ("b.jpg", Another)), 600, 100), "malformed_archive"),
        ["no directory"] = (() => new ZipBuilder { WithoutDirectory = true }.Add("a.jpg", Good).Build(), "malformed_archive"),
        ["something behind the end"] = (() => [.. ZipBuilder.Of(("a.jpg", Good)), 1, 2, 3], "malformed_archive"),
        ["two archives, one behind the other"] = (() => [.. ZipBuilder.Of(("a.jpg", Good)), .. ZipBuilder.Of(("b.jpg", Another))], "malformed_archive"),
        ["one of several parts"] = (() => Patched(ZipBuilder.Of(("a.jpg", Good)), "PK\x05\x06"u8, 4, 0x00010001), "malformed_archive"),
        ["directory of garbage"] = (() => Patched(ZipBuilder.Of(("a.jpg", Good)), "PK\x01\x02"u8, 0, 0x41414141), "malformed_archive"),
        ["end of 64 bits is elsewhere"] = (() => Patched(new ZipBuilder { Zip64End = true }.Add("a.jpg", Good).Build(), "PK\x06\x07"u8, 8, 0x00000001), "malformed_archive"),
    };

    public static TheoryData<string> Names => [.. Cases.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Post_HostileZip_IsRefusedWholeAndLeavesNothing(string name)
    {
        await using var batches = await BatchServer.StartAsync(settings: new() { ["Batches:MaxFiles"] = "100", ["Batches:MaxExpandedBytes"] = "10000000" });
        var (zip, code) = Cases[name];

        var detail = await batches.RefusedAsync(zip(), code is "archive_bomb" or "too_many_files" ? 413 : 400, code);

        Assert.NotEmpty(detail);
        await batches.AssertNothingIsLeftAsync();
        // The server goes on.
        Assert.Equal(1, (await batches.PostPhotosAsync(1)).Total);
    }

    [Fact]
    public async Task Post_AllDamagesOfABit_AreRefusedOrRejectedAndNeverFail()
    {
        await using var batches = await BatchServer.StartAsync();
        var zip = new ZipBuilder { Zip64End = true }
            .Add(new ZipPart { Name = "a.jpg", Data = TestPhotos.Jpeg(length: 60), Method = 8 })
            .Add(new ZipPart { Name = "b.jpg", Data = TestPhotos.Jpeg(length: 60, seed: 1), Zip64 = true })
            .Build();
        var random = new Random(7);

        for (var at = 4; at < zip.Length; at++)
        {
            var damaged = zip.ToArray();
            damaged[at] ^= (byte)(1 << random.Next(8));
            using var request = BatchServer.Zip(damaged);
            using var response = await batches.Client.SendAsync(request);
            Assert.True((int)response.StatusCode is 202 or 400 or 413, $"byte {at}: {(int)response.StatusCode} {await response.Content.ReadAsStringAsync()}");
        }

        for (var length = 1; length < zip.Length; length += 7)
            await batches.RefusedAsync(zip[..length], 400, "malformed_archive");
    }

    private static byte[] With(ZipPart part) => new ZipBuilder().Add("good.jpg", Good).Add(part).Build();

    private static byte[] Many(ZipPart part, int count)
    {
        var zip = new ZipBuilder();
        for (var i = 0; i < count; i++)
            zip.Add(new ZipPart { Name = $"{i}{part.Name}", Data = [.. part.Data, (byte)i], Method = part.Method });
        return zip.Build();
    }

    /// <summary>Writes 32 bits at an offset of the last record with this signature.</summary>
    private static byte[] Patched(byte[] zip, ReadOnlySpan<byte> signature, int offset, uint value)
    {
        var at = zip.AsSpan().LastIndexOf(signature);
        BinaryPrimitives.WriteUInt32LittleEndian(zip.AsSpan(at + offset), value);
        return zip;
    }

    private static byte[] Without(byte[] zip, int from, int count) => [.. zip[..from], .. zip[(from + count)..]];
}
