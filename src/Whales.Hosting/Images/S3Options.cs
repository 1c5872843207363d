using System.ComponentModel.DataAnnotations;

namespace Whales.Hosting.Images;

/// <summary>Section <c>ImageStore:S3</c>: the bucket of kind <c>s3</c>, the same one for the API and its workers.</summary>
public sealed class S3Options
{
    public const string Section = "ImageStore:S3";

    /// <summary>Address of the service, <c>https://minio.example:9000</c>. Default: none, which is AWS in <see cref="Region"/>.</summary>
    public string? Endpoint { get; set; }

    /// <summary>The bucket. It must exist. Default: none.</summary>
    public string? Bucket { get; set; }

    /// <summary>Put before every key, such as <c>whales/</c>. Default: none.</summary>
    public string? Prefix { get; set; }

    /// <summary>Region of the bucket and of signatures. Default: none, which is what AWS's own settings say, or <c>us-east-1</c> where there is an endpoint.</summary>
    public string? Region { get; set; }

    /// <summary>True: the bucket stands in the path and not in the host name, as most servers but AWS want it. Default false.</summary>
    public bool PathStyle { get; set; }

    /// <summary>Key id. Default: none; then AWS's own chain is asked (environment, profile, role of the machine).</summary>
    public string? AccessKey { get; set; }

    /// <summary>Secret of the key id. Default: none.</summary>
    public string? SecretKey { get; set; }

    /// <summary>Longest time of one try: 1 second to 1 hour; default 1 minute.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan AttemptTimeout { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>How often a failed try is repeated, with growing pauses: 0 to 10; default 3.</summary>
    [Range(0, 10)]
    public int Retries { get; set; } = 3;
}
