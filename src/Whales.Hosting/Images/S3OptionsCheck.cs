using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace Whales.Hosting.Images;

/// <summary>What a bucket needs, where one is used.</summary>
internal sealed class S3OptionsCheck(IConfiguration configuration) : IValidateOptions<S3Options>
{
    public ValidateOptionsResult Validate(string? name, S3Options options)
    {
        if (!ImageStoreRegistration.IsS3(configuration[$"{ImageStoreOptions.Section}:{nameof(ImageStoreOptions.Kind)}"]))
            return ValidateOptionsResult.Success;
        var failures = new List<string>();
        if (string.IsNullOrEmpty(options.Bucket))
            failures.Add("ImageStore:S3:Bucket must name the bucket.");
        if (options.Endpoint is { Length: > 0 } endpoint && !(Uri.TryCreate(endpoint, UriKind.Absolute, out var uri) && (uri.Scheme is "http" or "https")))
            failures.Add("ImageStore:S3:Endpoint must be an http or https address.");
        if (string.IsNullOrEmpty(options.AccessKey) != string.IsNullOrEmpty(options.SecretKey))
            failures.Add("ImageStore:S3:AccessKey and ImageStore:S3:SecretKey must be set both, or neither.");
        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }
}
