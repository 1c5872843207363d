using System.Collections;

namespace Whales.Hosting.Logging;

/// <summary>Which photo the lines of a log are about, whoever writes them. Made for every photo, so it holds values and no text.</summary>
public sealed class PhotoScope(Guid identificationId, string model) : IReadOnlyList<KeyValuePair<string, object?>>
{
    public int Count => 2;

    public KeyValuePair<string, object?> this[int index] => index switch
    {
        0 => new("IdentificationId", identificationId),
        1 => new("Model", model),
        _ => throw new ArgumentOutOfRangeException(nameof(index)),
    };

    public IEnumerator<KeyValuePair<string, object?>> GetEnumerator()
    {
        for (var i = 0; i < Count; i++)
            yield return this[i];
    }

    public override string ToString() => $"IdentificationId:{identificationId} Model:{model}";

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
