using System.Text;
using System.Text.Json;
using Whales.Contracts;
using Whales.Ingest.Api.Storage;
using Whales.Ingest.Api.Tests.Hosting;

namespace Whales.Ingest.Api.Tests.Batches;

public sealed class BatchExportTests
{
    public static TheoryData<string> Databases => BatchServer.Databases;

    [Theory]
    [MemberData(nameof(Databases))]
    public async Task Csv_EveryFile_HasItsLineAndOpensInASpreadsheet(string database)
    {
        await using var batches = await BatchServer.StartAsync(database);
        var photos = Enumerable.Range(0, 300).Select(i => ($"p{i:000}.jpg", TestPhotos.Jpeg(seed: i)));
        var batch = await batches.PostAsync(ZipBuilder.Of([.. photos, ("notes \"of\" April, 2026.txt", "text"u8.ToArray())]));
        var rows = await batches.RowsAsync(batch.Id);
        await batches.Server.CompleteAsync(rows[0].Id, IdentificationStatus.Succeeded);
        await batches.Server.CompleteAsync(rows[1].Id, IdentificationStatus.Failed);

        using var response = await batches.Client.GetAsync($"{BatchServer.Path}/{batch.Id}/results?format=csv");

        var bytes = await response.Content.ReadAsByteArrayAsync();
        Assert.Equal("text/csv; charset=utf-8", response.Content.Headers.ContentType?.ToString());
        Assert.Equal($"batch-{batch.Id}.csv", response.Content.Headers.ContentDisposition?.FileName?.Trim('"'));
        Assert.Equal(Encoding.UTF8.Preamble, bytes.AsSpan(0, 3));
        var lines = Encoding.UTF8.GetString(bytes, 3, bytes.Length - 3).Split("\r\n");
        Assert.Equal("", lines[^1]);
        Assert.Equal(303, lines.Length);
        var header = Cells(lines[0]);
        Assert.All(lines[..^1], line => Assert.Equal(header.Count, Cells(line).Count));
        Assert.Equal(rows.Select(row => row.FileName), lines[1..301].Select(line => Cells(line)[0]));
        string At(int line, string column) => Cells(lines[line])[header.IndexOf(column)];
        Assert.Equal(("succeeded", "identified", "1204", "Whale 1204", "0.8"), (At(1, "status"), At(1, "decision"), At(1, "best_individual"), At(1, "best_name"), At(1, "best_score")));
        Assert.Equal(("failed", "corrupted_image", "It did not work."), (At(2, "status"), At(2, "error_code"), At(2, "error_message")));
        Assert.Equal(("queued", ""), (At(3, "status"), At(3, "completed_at_utc")));
        Assert.Equal(("notes \"of\" April, 2026.txt", "rejected", "unsupported_media"), (At(301, "file_name"), At(301, "status"), At(301, "error_code")));
        Assert.Matches(@"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$", At(1, "completed_at_utc"));
    }

    [Theory]
    [InlineData("=1+1", "'=1+1")]
    [InlineData("+1", "'+1")]
    [InlineData("-1+2", "'-1+2")]
    [InlineData("@SUM(A1)", "'@SUM(A1)")]
    [InlineData("＝1+1", "'＝1+1")]
    [InlineData("＋1", "'＋1")]
    [InlineData("－1", "'－1")]
    [InlineData("＠A1", "'＠A1")]
    [InlineData("=cmd|' /C calc'!A0", "'=cmd|' /C calc'!A0")]
    [InlineData("a=1", "a=1")]
    public async Task Csv_NameIsAFormula_IsNeutralised(string name, string expected)
    {
        await using var batches = await BatchServer.StartAsync();
        using var form = BatchServer.Form();
        form.Add(TestPhotos.Content(TestPhotos.Jpeg()), "files", name.Replace("/", "", StringComparison.Ordinal));
        using var posted = await batches.Client.PostAsync(BatchServer.Path, form);
        var batch = await posted.JsonAsync<Batch>(System.Net.HttpStatusCode.Accepted);

        var csv = await batches.Client.GetStringAsync($"{BatchServer.Path}/{batch.Id}/results?format=csv");

        Assert.Equal(expected.Replace("/", "", StringComparison.Ordinal), Cells(csv.Split("\r\n")[1])[0]);
    }

    [Fact]
    public async Task Csv_MessageOrIndividualIsAFormula_IsNeutralisedAndANegativeScoreIsANumber()
    {
        await using var batches = await BatchServer.StartAsync();
        var batch = await batches.PostPhotosAsync(2);
        var rows = await batches.RowsAsync(batch.Id);
        await batches.Server.Store.CompleteAsync(
            [
                new Completion
                {
                    Attempt = new AttemptId(rows[0].Id, 1),
                    Status = IdentificationStatus.Succeeded,
                    CompletedAt = DateTimeOffset.UtcNow,
                    Result = new IdentificationResult
                    {
                        Decision = Decision.UnknownIndividual,
                        Candidates = [new Candidate { IndividualId = "=HYPERLINK(\"http://x\")", Name = "\t=1", Score = -0.25f }, new Candidate { IndividualId = " =2", Score = 0.5f }],
                    },
                },
                new Completion
                {
                    Attempt = new AttemptId(rows[1].Id, 1),
                    Status = IdentificationStatus.Failed,
                    CompletedAt = DateTimeOffset.UtcNow,
                    Error = new IdentificationError { Code = FailureCodes.InternalError, Message = "\r\n=1+1;\"x\"" },
                },
            ],
            CancellationToken.None);

        var csv = await batches.Client.GetStringAsync($"{BatchServer.Path}/{batch.Id}/results?format=csv");

        Assert.Contains(",\"'=HYPERLINK(\"\"http://x\"\")\",\"'\t=1\",,-0.25,' =2,,0.5,", csv, StringComparison.Ordinal);
        Assert.Contains(",\"'\r\n=1+1;\"\"x\"\"\",", csv, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Databases))]
    public async Task Json_AndNdjson_HaveEveryFileInOrder(string database)
    {
        await using var batches = await BatchServer.StartAsync(database);
        var batch = await batches.PostAsync(ZipBuilder.Of([.. BatchServer.Photos(260), ("notes.txt", "text"u8.ToArray())]));
        var rows = await batches.RowsAsync(batch.Id);
        await batches.Server.CompleteAsync(rows[7].Id, IdentificationStatus.Succeeded);

        using var json = JsonDocument.Parse(await batches.Client.GetStringAsync($"{BatchServer.Path}/{batch.Id}/results"));
        using var response = await batches.Client.GetAsync($"{BatchServer.Path}/{batch.Id}/results?format=ndjson");
        var lines = (await response.Content.ReadAsStringAsync()).TrimEnd('\n').Split('\n');

        var items = json.RootElement.GetProperty("items").Deserialize<List<Identification>>(JsonSerializerOptions.Web)!;
        Assert.Equal(rows.Select(row => row.Id), items.Select(item => item.Id));
        Assert.Equal("1204", items[7].Result!.Candidates[0].IndividualId);
        Assert.Equal("notes.txt", json.RootElement.GetProperty("batch").Deserialize<Batch>(JsonSerializerOptions.Web)!.Rejected![0].Entry);
        Assert.Equal("application/x-ndjson", response.Content.Headers.ContentType?.MediaType);
        Assert.Equal(261, lines.Length);
        Assert.Equal(rows.Select(row => row.Id), lines[..260].Select(line => JsonSerializer.Deserialize<Identification>(line, JsonSerializerOptions.Web)!.Id));
        using var rejected = JsonDocument.Parse(lines[260]);
        Assert.Equal("rejected", rejected.RootElement.GetProperty("status").GetString());
        Assert.Equal("unsupported_media", rejected.RootElement.GetProperty("error").GetProperty("code").GetString());
    }

    [Fact]
    public async Task Results_UnknownFormat_IsRefused()
    {
        await using var batches = await BatchServer.StartAsync();
        var batch = await batches.PostPhotosAsync(1);

        using var response = await batches.Client.GetAsync($"{BatchServer.Path}/{batch.Id}/results?format=xlsx");

        await response.ProblemAsync(400, "malformed_request");
    }

    /// <summary>The cells of a line without line breaks in its cells.</summary>
    private static List<string> Cells(string line)
    {
        var cells = new List<string>();
        var cell = new StringBuilder();
        var quoted = false;
        for (var i = 0; i < line.Length; i++)
        {
            if (quoted && line[i] == '"' && i + 1 < line.Length && line[i + 1] == '"')
                cell.Append(line[++i]);
            else if (line[i] == '"')
                quoted = !quoted;
            else if (line[i] == ',' && !quoted)
            {
                cells.Add(cell.ToString());
                cell.Clear();
            }
            else
                cell.Append(line[i]);
        }

        cells.Add(cell.ToString());
        return cells;
    }
}
