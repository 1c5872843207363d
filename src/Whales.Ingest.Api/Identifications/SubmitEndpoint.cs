using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;
using Whales.Contracts;
using Whales.Ingest.Api.Models;
using Whales.Ingest.Api.Security;
using Whales.Ingest.Api.Storage;
using Whales.Ingest.Api.Telemetry;
using Whales.Ingest.Api.Waiting;

namespace Whales.Ingest.Api.Identifications;

/// <summary>POST /v1/identifications.</summary>
internal static class SubmitEndpoint
{
    /// <summary>Seconds after which a client may look again.</summary>
    public const string RetryAfterSeconds = "1";

    public static async Task<Results<Ok<Identification>, Accepted<Identification>>> Submit(
        HttpContext http,
        string? model,
        string? expiresIn,
        string? region,
        Submission submission,
        KnownModels models,
        IdentificationWaiters waiters,
        WaitingLines lines,
        IOptions<IngestOptions> options,
        ApiMetrics metrics,
        PhotoQuotas quotas,
        CancellationToken cancellationToken)
    {
        // The bytes are counted where they are read; the server's own limit would close the connection before the answer could be read.
        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
            size.MaxRequestBodySize = null;

        var parameters = SubmitParameters.Read(http.Request, model, expiresIn, region, models, options.Value.MaxExpiresIn);
        if (parameters.Wait > TimeSpan.Zero)
            WaitsFor.Result(http);
        else
            WaitsFor.Upload(http);
        var (row, replayed) = await AcceptAsync(http, parameters, submission, quotas, cancellationToken);
        if (replayed)
            http.Response.Headers["Idempotent-Replayed"] = "true";
        else
            metrics.Accepted(row.Model, row.ImageBytes);
        if (parameters.Wait is { } wait)
        {
            Preferences.Applied(http.Response, wait);
            if (wait > TimeSpan.Zero && !row.IsFinal())
                row = await waiters.WaitForOutcomeAsync(row, wait, cancellationToken) ?? row;
        }
        // A replayed one may be anywhere in its line; a new one is at its end.
        return Answer(http, row, replayed ? await lines.OfAsync(row, cancellationToken) : lines.OfNew(row));
    }

    private static async Task<(IdentificationRow Row, bool Replayed)> AcceptAsync(
        HttpContext http, SubmitParameters parameters, Submission submission, PhotoQuotas quotas, CancellationToken cancellationToken)
    {
        var caller = http.Caller();
        await quotas.TakeAsync(caller, 1, cancellationToken);
        var counts = false;
        try
        {
            var (row, replayed) = await submission.AcceptAsync(http.Request, parameters, cancellationToken);
            counts = !replayed;
            return (row, replayed);
        }
        finally
        {
            if (!counts)
                quotas.GiveBack(caller, 1);
        }
    }

    private static Results<Ok<Identification>, Accepted<Identification>> Answer(HttpContext http, IdentificationRow row, QueuePlace? place)
    {
        var location = IdentificationMapping.Location(row.Id);
        EntityTags.Set(http.Response, EntityTags.Of(row));
        if (!row.IsFinal())
        {
            http.Response.Headers.RetryAfter = RetryAfterSeconds;
            return TypedResults.Accepted(location, row.ToIdentification(place));
        }
        http.Response.Headers.Location = location;
        return TypedResults.Ok(row.ToIdentification());
    }
}
