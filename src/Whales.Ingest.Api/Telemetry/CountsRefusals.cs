namespace Whales.Ingest.Api.Telemetry;

/// <summary>Marks the endpoint that takes photos: what it refuses is counted, whichever part refused it.</summary>
internal sealed class CountsRefusals
{
    public static readonly CountsRefusals Instance = new();

    /// <summary>Counts an answer with this code, if the request was for a marked endpoint.</summary>
    public static void Count(HttpContext http, string code)
    {
        if (http.GetEndpoint()?.Metadata.GetMetadata<CountsRefusals>() is not null)
            http.RequestServices.GetRequiredService<ApiMetrics>().Rejected(code);
    }
}
