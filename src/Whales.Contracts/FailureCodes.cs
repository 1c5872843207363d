namespace Whales.Contracts;

/// <summary>Why an identification ended as <c>failed</c>: the <c>error.code</c> of the identification.</summary>
public static class FailureCodes
{
    /// <summary>The bytes are not a picture that can be decoded, or end too early.</summary>
    public const string CorruptedImage = "corrupted_image";

    /// <summary>The stored photo is gone.</summary>
    public const string ImageMissing = "image_missing";

    /// <summary>No worker could serve the model.</summary>
    public const string ModelUnavailable = "model_unavailable";

    /// <summary>The network failed or gave a result that is no number.</summary>
    public const string InferenceError = "inference_error";

    /// <summary>The photo ended its worker process again and again and was set aside.</summary>
    public const string PoisonousImage = "poisonous_image";

    /// <summary>A defect of the service; its log has the details.</summary>
    public const string InternalError = "internal_error";

    /// <summary>All of them, for metrics and validation.</summary>
    public static IReadOnlyList<string> All { get; } =
        [CorruptedImage, ImageMissing, ModelUnavailable, InferenceError, PoisonousImage, InternalError];
}
