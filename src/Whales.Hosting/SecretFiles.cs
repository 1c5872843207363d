using System.Collections;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace Whales.Hosting;

/// <summary>
/// Settings whose value lies in a file, as container platforms mount secrets: <c>RabbitMq__Uri_FILE=/run/secrets/rabbitmq_uri</c> sets
/// <c>RabbitMq:Uri</c>. It holds for every setting that has a section; line ends at the end of the file are not part of the value.
/// </summary>
internal static class SecretFiles
{
    private const string Suffix = "_FILE";
    private const string Separator = "__";

    /// <exception cref="OptionsValidationException">A file cannot be read, or a setting is given both ways; every such case is named.</exception>
    public static void AddSecretFiles(this IConfigurationManager configuration, IDictionary environment)
    {
        var settings = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
        var failures = new List<string>();
        foreach (DictionaryEntry entry in environment)
        {
            var variable = (string)entry.Key;
            var name = variable.EndsWith(Suffix, StringComparison.Ordinal) ? variable[..^Suffix.Length] : "";
            // SSL_CERT_FILE and its like are not ours: our settings have a section.
            if (name.IndexOf(Separator, StringComparison.Ordinal) <= 0 || entry.Value is not string { Length: > 0 } file)
                continue;
            if (environment[name] is string { Length: > 0 })
            {
                failures.Add($"{name} and {variable} are both set; set one of them.");
                continue;
            }

            try
            {
                settings[name.Replace(Separator, ConfigurationPath.KeyDelimiter, StringComparison.Ordinal)] = File.ReadAllText(file).TrimEnd('\r', '\n');
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                failures.Add($"{variable}: {exception.Message}");
            }
        }

        if (failures.Count > 0)
            throw new OptionsValidationException(Options.DefaultName, typeof(SecretFiles), failures.Order(StringComparer.Ordinal));
        if (settings.Count > 0)
            configuration.AddInMemoryCollection(settings);
    }
}
