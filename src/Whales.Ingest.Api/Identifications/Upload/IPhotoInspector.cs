namespace Whales.Ingest.Api.Identifications.Upload;

/// <summary>What the API itself looks at in a photo; both refuse what they do not like.</summary>
internal interface IPhotoInspector
{
    /// <summary>The content type that the first bytes show.</summary>
    string ContentTypeOf(ReadOnlySpan<byte> start);

    /// <summary>Reads the header alone: at most so many pixels, one frame.</summary>
    void CheckHeader(string path, long maxPixels);
}
