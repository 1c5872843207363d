using System.IO.Compression;
using System.Net;
using System.Text;
using System.Text.Json;
using Whales.Contracts;
using Whales.Ingest.Api.Storage;
using Whales.Ingest.Api.Tests.Hosting;

namespace Whales.Ingest.Api.Tests.Operations;

/// <summary>What operators read and remove: the audit, faults, exports, dead letters, and everything about one identification.</summary>
public sealed class OperationsTests : IAsyncLifetime
{
    private IngestServer _server = null!;
    private int _letters;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private DeadLetterStore Letters => (DeadLetterStore)_server.Services.GetService(typeof(DeadLetterStore))!;

    public async ValueTask InitializeAsync() => _server = await IngestServer.StartAsync();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task Audit_AfterEveryKindOfChange_SaysWhoDidWhatToHowMany()
    {
        var one = await FailedAsync();
        (await _server.Client.PostAsync($"{IngestServer.Path}/{one}/retry", null, Cancel)).Dispose();
        (await _server.Client.PostAsync($"{IngestServer.Path}/{one}/cancel", null, Cancel)).Dispose();
        await FailedAsync();
        (await _server.Client.PostAsync($"{IngestServer.Path}/retry?code=corrupted_image", null, Cancel)).Dispose();
        await FailedAsync();
        (await _server.Client.DeleteAsync($"{IngestServer.Path}?status=failed", Cancel)).Dispose();
        (await _server.Client.DeleteAsync($"{IngestServer.Path}/{one}", Cancel)).Dispose();

        var all = await GetAsync<Page<AuditEntry>>("/v1/audit");

        Assert.Equal(
            [("deleted", one, 1L, null), ("purged", (Guid?)null, 1, "status=failed"), ("retried_many", null, 1, "code=corrupted_image"), ("canceled", one, 1, null), ("retried", one, 1, null)],
            all.Items.Select(entry => (entry.Action, entry.IdentificationId, entry.Count, entry.Filter)));
        Assert.All(all.Items, entry => Assert.Equal("127.0.0.1", entry.Actor));
        Assert.All(all.Items, entry => Assert.True(entry.At > DateTimeOffset.UtcNow.AddMinutes(-10)));

        var first = await GetAsync<Page<AuditEntry>>("/v1/audit?limit=2");
        var next = await GetAsync<Page<AuditEntry>>($"/v1/audit?limit=200&cursor={first.NextCursor}");
        Assert.Equal(all.Items.Select(entry => entry.Id), first.Items.Concat(next.Items).Select(entry => entry.Id));
        Assert.Null(next.NextCursor);
        Assert.Equal(3, (await GetAsync<Page<AuditEntry>>($"/v1/audit?identificationId={one}")).Items.Count);
    }

    [Fact]
    public async Task Faults_AfterRetries_HasEveryAttempts()
    {
        var id = await FailedAsync(FailureCodes.InferenceError);
        (await _server.Client.PostAsync($"{IngestServer.Path}/{id}/retry", null, Cancel)).Dispose();
        await _server.CompleteAsync(id, IdentificationStatus.Failed, FailureCodes.ImageMissing, attempt: 2);
        // Too late, and for an attempt that is over: no history.
        await _server.CompleteInStoreAsync(id, IdentificationStatus.Failed, FailureCodes.InternalError, attempt: 1);
        (await _server.Client.PostAsync($"{IngestServer.Path}/{id}/retry", null, Cancel)).Dispose();

        var faults = await GetAsync<Page<AttemptFault>>($"{IngestServer.Path}/{id}/faults");

        Assert.Equal([(1, FailureCodes.InferenceError), (2, FailureCodes.ImageMissing)], faults.Items.Select(fault => (fault.Attempt, fault.Code)));
        Assert.All(faults.Items, fault => Assert.Equal("It did not work.", fault.Message));
    }

    [Fact]
    public async Task Export_OneIdentification_HasEverythingAndThePhotoAsItWasSent()
    {
        var photo = TestPhotos.Jpeg(seed: 7);
        using var request = new HttpRequestMessage(HttpMethod.Post, IngestServer.Path) { Content = TestPhotos.Form(photo, "DSC_0412.jpg") };
        request.Headers.Add("Idempotency-Key", "frame-412");
        using var posted = await _server.Client.SendAsync(request, Cancel);
        var id = (await posted.AcceptedAsync()).Id;
        await _server.CompleteAsync(id, IdentificationStatus.Failed);
        (await _server.Client.PostAsync($"{IngestServer.Path}/{id}/retry", null, Cancel)).Dispose();
        await Letters.AddAsync(Letter("broken", id), Cancel);

        using var response = await _server.Client.GetAsync($"{IngestServer.Path}/{id}/export", Cancel);

        Assert.Equal("application/zip", response.Content.Headers.ContentType?.MediaType);
        Assert.Equal($"{id}.zip", response.Content.Headers.ContentDisposition?.FileName);
        using var zip = new ZipArchive(new MemoryStream(await response.Content.ReadAsByteArrayAsync(Cancel)));
        Assert.Equal(["identification.json", "photo.jpg"], zip.Entries.Select(entry => entry.FullName));
        Assert.Equal(photo, await BytesAsync(zip.GetEntry("photo.jpg")!));
        var export = JsonSerializer.Deserialize<IdentificationExport>(await BytesAsync(zip.GetEntry("identification.json")!), JsonSerializerOptions.Web)!;
        Assert.Equal((id, "DSC_0412.jpg", 2), (export.Identification.Id, export.Identification.FileName, export.Identification.Attempt));
        Assert.Equal(("frame-412", photo.Length), (export.IdempotencyKey, (int)export.PhotoBytes));
        Assert.Equal(FailureCodes.CorruptedImage, Assert.Single(export.Faults).Code);
        Assert.Equal(["retried", "exported"], export.Audit.Select(entry => entry.Action));
        Assert.Equal("broken", Assert.Single(export.DeadLetters).Text);
    }

    [Fact]
    public async Task Delete_OneIdentification_LeavesNothingButThatItWasDeleted()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, IngestServer.Path) { Content = TestPhotos.Form(TestPhotos.Jpeg(), "secret-bay.jpg") };
        request.Headers.Add("Idempotency-Key", "secret-key");
        using var posted = await _server.Client.SendAsync(request, Cancel);
        var id = (await posted.AcceptedAsync()).Id;
        await _server.CompleteAsync(id, IdentificationStatus.Failed);
        await Letters.AddAsync(Letter("broken", id), Cancel);
        (await _server.Client.GetAsync($"{IngestServer.Path}/{id}/export", Cancel)).Dispose();

        using var deleted = await _server.Client.DeleteAsync($"{IngestServer.Path}/{id}", Cancel);

        Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);
        Assert.Empty(_server.StoredFiles());
        var database = (StoreDatabase)_server.Services.GetService(typeof(StoreDatabase))!;
        foreach (var table in new[] { "identifications", "idempotency_claims", "attempt_faults", "dead_letters" })
            Assert.Equal([0L], await database.ReadAsync(new Call(new Statement($"select count(*) from {table}"), _ => { }), fields => fields.Number(), Cancel));
        var audit = await GetAsync<Page<AuditEntry>>($"/v1/audit?identificationId={id}");
        Assert.Equal(["deleted", "exported"], audit.Items.Select(entry => entry.Action));
        Assert.DoesNotContain("secret", JsonSerializer.Serialize(audit), StringComparison.Ordinal);
        foreach (var path in new[] { "", "/faults", "/export", "/image" })
        {
            using var gone = await _server.Client.GetAsync($"{IngestServer.Path}/{id}{path}", Cancel);
            await gone.ProblemAsync(404, ErrorCodes.NotFound);
        }
        // The key is free again.
        using var again = new HttpRequestMessage(HttpMethod.Post, IngestServer.Path) { Content = TestPhotos.Form(TestPhotos.Jpeg(seed: 3)) };
        again.Headers.Add("Idempotency-Key", "secret-key");
        using var reposted = await _server.Client.SendAsync(again, Cancel);
        Assert.NotEqual(id, (await reposted.AcceptedAsync()).Id);
    }

    [Fact]
    public async Task DeadLetters_ListedAndInspected_ShowReasonHeadersAndBytes()
    {
        var text = Letter("no message of ours");
        var binary = Letter("", model: IngestServer.OtherModel) with { Body = [0xFF, 0x00, 0x80] };
        await Letters.AddAsync(text, Cancel);
        await Letters.AddAsync(binary, Cancel);

        var all = await GetAsync<Page<DeadLetter>>("/v1/dead-letters");
        Assert.Equal([binary.Letter.Id, text.Letter.Id], all.Items.Select(letter => letter.Id));
        Assert.Null(all.Items[0].Text);
        Assert.Equal(text.Letter.Id, Assert.Single((await GetAsync<Page<DeadLetter>>($"/v1/dead-letters?model={IngestServer.Model}")).Items).Id);
        Assert.NotNull((await GetAsync<Page<DeadLetter>>("/v1/dead-letters?limit=1")).NextCursor);

        var one = await GetAsync<DeadLetter>($"/v1/dead-letters/{text.Letter.Id}");
        Assert.Equal(("no message of ours", "It has no sense.", "fault"), (one.Text, one.Reason, one.Headers["MT-Reason"]));
        using var body = await _server.Client.GetAsync($"/v1/dead-letters/{binary.Letter.Id}/body", Cancel);
        Assert.Equal(binary.Body, await body.Content.ReadAsByteArrayAsync(Cancel));
        Assert.Equal(("application/octet-stream", "attachment"), (body.Content.Headers.ContentType?.MediaType, body.Content.Headers.ContentDisposition?.DispositionType));
    }

    [Fact]
    public async Task DeadLetter_Replayed_IsSentAsItWasAndNoLongerHere()
    {
        var stored = Letter("try me again");
        await Letters.AddAsync(stored, Cancel);
        _server.LetterSender.Failure = new TimeoutException("no confirm");
        using (var refused = await _server.Client.PostAsync($"/v1/dead-letters/{stored.Letter.Id}/replay", null, Cancel))
            await refused.ProblemAsync(503, ErrorCodes.Unavailable);
        Assert.Single((await GetAsync<Page<DeadLetter>>("/v1/dead-letters")).Items);

        _server.LetterSender.Failure = null;
        using var replayed = await _server.Client.PostAsync($"/v1/dead-letters/{stored.Letter.Id}/replay", null, Cancel);

        Assert.Equal(HttpStatusCode.NoContent, replayed.StatusCode);
        var (letter, body) = Assert.Single(_server.LetterSender.Sent);
        Assert.Equal((stored.Letter.Queue, "try me again"), (letter.Queue, Encoding.UTF8.GetString(body)));
        Assert.Empty((await GetAsync<Page<DeadLetter>>("/v1/dead-letters")).Items);
        Assert.Equal("dead_letter_replayed", (await GetAsync<Page<AuditEntry>>("/v1/audit")).Items[0].Action);
    }

    [Fact]
    public async Task DeadLetter_TooLongToBeKeptWhole_CannotBeReplayed()
    {
        var stored = Letter("begin");
        await Letters.AddAsync(stored with { Letter = stored.Letter with { Bytes = 2_000_000 } }, Cancel);

        using var response = await _server.Client.PostAsync($"/v1/dead-letters/{stored.Letter.Id}/replay", null, Cancel);

        await response.ProblemAsync(409, ErrorCodes.InvalidState);
        Assert.True((await GetAsync<DeadLetter>($"/v1/dead-letters/{stored.Letter.Id}")).Truncated);
    }

    [Fact]
    public async Task DeadLetters_Discarded_AreGoneOneOrMany()
    {
        var one = Letter("one");
        foreach (var letter in new[] { one, Letter("two"), Letter("three", model: IngestServer.OtherModel) })
            await Letters.AddAsync(letter, Cancel);

        using var first = await _server.Client.DeleteAsync($"/v1/dead-letters/{one.Letter.Id}", Cancel);
        Assert.Equal(HttpStatusCode.NoContent, first.StatusCode);
        using var again = await _server.Client.DeleteAsync($"/v1/dead-letters/{one.Letter.Id}", Cancel);
        await again.ProblemAsync(404, ErrorCodes.NotFound);
        using var many = await _server.Client.DeleteAsync($"/v1/dead-letters?model={IngestServer.Model}", Cancel);
        Assert.Equal(new ChangedCount { Count = 1, More = false }, await many.JsonAsync<ChangedCount>());

        Assert.Equal("three", Assert.Single((await GetAsync<Page<DeadLetter>>("/v1/dead-letters")).Items).Text);
        Assert.Equal(2, (await GetAsync<Page<AuditEntry>>("/v1/audit")).Items.Count(entry => entry.Action == "dead_letter_discarded"));
    }

    private StoredDeadLetter Letter(string text, Guid? identification = null, string model = IngestServer.Model) => new(
        new DeadLetter
        {
            // A second apart: within a millisecond ids have no order.
            Id = Guid.CreateVersion7(DateTimeOffset.UtcNow.AddSeconds(_letters++)),
            Queue = Names.Queue(model),
            Model = model,
            IdentificationId = identification,
            ReceivedAt = DateTimeOffset.UtcNow,
            Reason = "It has no sense.",
            ContentType = "application/json",
            Headers = new Dictionary<string, string> { ["MT-Reason"] = "fault" },
            Bytes = text.Length,
            Truncated = false,
        },
        Encoding.UTF8.GetBytes(text));

    private static async Task<byte[]> BytesAsync(ZipArchiveEntry entry)
    {
        using var bytes = new MemoryStream();
        await using var content = await entry.OpenAsync(Cancel);
        await content.CopyToAsync(bytes, Cancel);
        return bytes.ToArray();
    }

    private async Task<Guid> FailedAsync(string code = FailureCodes.CorruptedImage)
    {
        var id = (await _server.PostAsync()).Id;
        await _server.CompleteAsync(id, IdentificationStatus.Failed, code);
        return id;
    }

    private async Task<T> GetAsync<T>(string path)
    {
        using var response = await _server.Client.GetAsync(path, Cancel);
        return await response.JsonAsync<T>();
    }
}
