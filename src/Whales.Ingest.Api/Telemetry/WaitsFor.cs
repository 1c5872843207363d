using Microsoft.AspNetCore.Http.Features;

namespace Whales.Ingest.Api.Telemetry;

/// <summary>
/// Marks, in the label <c>waits_for</c> of <c>http_server_request_duration_seconds</c>, requests whose length is not ours: an alert on slow
/// answers leaves them out.
/// </summary>
internal static class WaitsFor
{
    private static readonly KeyValuePair<string, object?> ResultTag = new("waits_for", "result");
    private static readonly KeyValuePair<string, object?> UploadTag = new("waits_for", "upload");

    /// <summary>The client asked to wait for a result. Once a request.</summary>
    public static void Result(HttpContext http) => http.Features.Get<IHttpMetricsTagsFeature>()?.Tags.Add(ResultTag);

    /// <summary>The client sends photos. Once a request, and not beside <see cref="Result"/>.</summary>
    public static void Upload(HttpContext http) => http.Features.Get<IHttpMetricsTagsFeature>()?.Tags.Add(UploadTag);
}
