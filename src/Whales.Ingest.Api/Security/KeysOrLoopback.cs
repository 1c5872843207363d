using Microsoft.Extensions.Options;

namespace Whales.Ingest.Api.Security;

/// <summary>Ends a host at its start whose keys cannot be read, or that would listen beyond this machine without any.</summary>
internal sealed class KeysOrLoopback(IConfiguration configuration) : IValidateOptions<ApiKeysOptions>
{
    public ValidateOptionsResult Validate(string? name, ApiKeysOptions options)
    {
        var keys = ApiKeys.Read(options.Keys, out var errors);
        if (errors.Count > 0)
            return ValidateOptionsResult.Fail(errors);
        if (keys.Count > 0 || Loopback.IsAll(Addresses()))
            return ValidateOptionsResult.Success;
        return ValidateOptionsResult.Fail(
            $"ApiKeys:Keys is empty and the API would listen on {string.Join(", ", Addresses())}: whoever reaches it could do anything. "
            + "Make a key (dotnet run --project src/Whales.Ingest.Api -- make-key NAME --scopes submit,curate,operate) and set the line that it prints as "
            + "ApiKeys__Keys, or its file as ApiKeys__Keys_FILE; or listen on 127.0.0.1 only.");
    }

    // Endpoints of Kestrel's own section take the place of urls.
    private string[] Addresses()
    {
        string[] endpoints = [.. configuration.GetSection("Kestrel:Endpoints").GetChildren().Select(endpoint => endpoint["Url"]).OfType<string>()];
        return endpoints.Length > 0
            ? endpoints
            : (configuration[WebHostDefaults.ServerUrlsKey] ?? "").Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
    }
}
