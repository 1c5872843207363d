using System.Security.Cryptography;
using Microsoft.Extensions.Options;

namespace Whales.Ingest.Api.Security;

/// <summary>The keys of this installation.</summary>
internal sealed class ApiKeys
{
    public const string Header = "X-Api-Key";
    public const string Cookie = "whales-key";

    // A longer text is no key of ours: nothing of it is hashed.
    private const int MaxLength = 200;

    private readonly (byte[] Hash, Caller Caller)[] _known;

    public ApiKeys(IOptions<ApiKeysOptions> options)
    {
        _known = [.. Read(options.Value.Keys, out _).Select(key => (key.Hash, new Caller(key.Name, key.Scopes)))];
    }

    /// <summary>False: keys are off, which only loopback allows.</summary>
    public bool Required => _known.Length > 0;

    /// <summary>Whose key this is; null when it is nobody's. Each known hash is compared whole, so the time tells nothing of how near a guess was.</summary>
    public Caller? Find(string presented)
    {
        if (presented.Length is 0 or > MaxLength)
            return null;
        var hash = ApiKey.HashOf(presented);
        Caller? found = null;
        foreach (var (known, caller) in _known)
        {
            if (CryptographicOperations.FixedTimeEquals(known, hash))
                found = caller;
        }
        return found;
    }

    /// <summary>The keys of the setting, and what is wrong with it.</summary>
    public static IReadOnlyList<ApiKey> Read(string? setting, out IReadOnlyList<string> errors)
    {
        var keys = new List<ApiKey>();
        var wrong = new List<string>();
        var lines = (setting ?? "").Split(['\n', ';'], StringSplitOptions.TrimEntries);
        for (var i = 0; i < lines.Length; i++)
        {
            if (lines[i].Length == 0 || lines[i][0] == '#')
                continue;
            // The line is not repeated: somebody may have put the key itself there.
            if (!ApiKey.TryParse(lines[i], out var key, out var error))
                wrong.Add($"ApiKeys:Keys, entry {i + 1}: {error}.");
            else if (keys.Any(other => other.Hash.AsSpan().SequenceEqual(key.Hash)))
                wrong.Add($"ApiKeys:Keys, entry {i + 1}: the same key is there twice.");
            else
                keys.Add(key);
        }
        errors = wrong;
        return keys;
    }
}
