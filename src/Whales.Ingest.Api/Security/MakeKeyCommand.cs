using Whales.Hosting.Security;

namespace Whales.Ingest.Api.Security;

/// <summary><c>make-key NAME --scopes submit,curate</c>: prints a new key and the line of it for configuration.</summary>
internal static class MakeKeyCommand
{
    private const string Usage = "Usage: make-key NAME --scopes SCOPES     NAME: a-z, 0-9, '.', '_', '-'; SCOPES: some of submit,curate,operate";

    /// <returns>The exit code: 0, or 2 when the arguments make no sense.</returns>
    public static int Run(IReadOnlyList<string> arguments, TextWriter output, TextWriter errors)
    {
        if (arguments is not [var name, "--scopes", var words] || !ApiKey.IsName(name) || !Scopes.TryParse(words, out var scopes))
        {
            errors.WriteLine(Usage);
            return 2;
        }

        var (text, key) = ApiKey.Make(name, scopes);
        output.WriteLine($"""
            The key, for {name} alone; it is shown this once and kept nowhere:
              {text}
            The line for configuration: in the file that ApiKeys__Keys_FILE names, one key a line, or as ApiKeys__Keys with ';' between keys:
              {key.Line}
            Restart the API. A second key of the same name owns the same rows: add the new line, hand out the new key, then remove the old line.
            """);
        return 0;
    }
}
