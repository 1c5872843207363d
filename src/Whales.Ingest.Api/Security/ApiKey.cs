using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Whales.Hosting.Security;

namespace Whales.Ingest.Api.Security;

/// <summary>
/// A key as configuration has it: whose it is, what it may do, and the SHA-256 of its text. Keys are 256 random bits, so a fast hash gives
/// nothing away, and checking one costs a microsecond or so (docs/decisions/0014-api-keys.md).
/// </summary>
internal sealed partial record ApiKey(string Name, Scope Scopes, byte[] Hash)
{
    private const string Prefix = "whales_";
    private const int SecretBytes = 32;

    /// <summary>A new key: its text, which nobody keeps but the caller, and what configuration needs of it.</summary>
    public static (string Text, ApiKey Key) Make(string name, Scope scopes)
    {
        var text = Prefix + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(SecretBytes));
        return (text, new ApiKey(name, scopes, HashOf(text)));
    }

    public static bool IsName(string name) => NamePattern().IsMatch(name);

    public static byte[] HashOf(string text) => SHA256.HashData(Encoding.UTF8.GetBytes(text));

    /// <summary>The line for configuration.</summary>
    public string Line => $"{Name}:{string.Join(',', Whales.Hosting.Security.Scopes.Of(Scopes))}:{Convert.ToHexStringLower(Hash)}";

    public static bool TryParse(string line, [NotNullWhen(true)] out ApiKey? key, [NotNullWhen(false)] out string? error)
    {
        key = null;
        error = null;
        var parts = line.Split(':');
        if (parts.Length != 3)
            error = "it is not of the form name:scopes:hash";
        else if (!IsName(parts[0]))
            error = "its name is not 1 to 64 characters of a-z, 0-9, '.', '_' and '-', the first a letter or digit";
        else if (!Whales.Hosting.Security.Scopes.TryParse(parts[1], out var scopes))
            error = "its scopes are not some of submit, curate, operate with commas between";
        else if (!HashPattern().IsMatch(parts[2]))
            error = "its hash is not 64 hexadecimal digits";
        else
            key = new ApiKey(parts[0], scopes, Convert.FromHexString(parts[2]));
        return key is not null;
    }

    [GeneratedRegex("^[a-z0-9][a-z0-9._-]{0,63}\\z")]
    private static partial Regex NamePattern();

    [GeneratedRegex("^[0-9a-fA-F]{64}\\z")]
    private static partial Regex HashPattern();
}
