using System.Collections;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace Whales.Hosting.Tests;

public sealed class SecretFilesTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("whales-secrets-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void File_SetsItsSetting_WithoutTheLineEnd()
    {
        using var configuration = Configured(new() { ["RabbitMq__Uri_FILE"] = Secret("amqp://whales:se cret@rabbitmq/\r\n") });

        Assert.Equal("amqp://whales:se cret@rabbitmq/", configuration["RabbitMq:Uri"]);
    }

    [Fact]
    public void VariablesOfOtherPrograms_AreLeftAlone()
    {
        using var configuration = Configured(new() { ["SSL_CERT_FILE"] = Path.Combine(_folder, "none"), ["_FILE"] = "x", ["RabbitMq__Uri_FILE"] = "" });

        Assert.Empty(configuration.AsEnumerable());
    }

    [Fact]
    public void EverythingWrong_IsNamedAtOnce()
    {
        var missing = Path.Combine(_folder, "none");

        var exception = Assert.Throws<OptionsValidationException>(() => Configured(new()
        {
            ["ConnectionStrings__Whales_FILE"] = missing,
            ["RabbitMq__Uri_FILE"] = Secret("amqp://a"),
            ["RabbitMq__Uri"] = "amqp://b",
        }));

        Assert.Collection(
            exception.Failures,
            first => Assert.Contains(missing, first, StringComparison.Ordinal),
            second => Assert.Equal("RabbitMq__Uri and RabbitMq__Uri_FILE are both set; set one of them.", second));
    }

    private static ConfigurationManager Configured(Hashtable environment)
    {
        var configuration = new ConfigurationManager();
        configuration.AddSecretFiles(environment);
        return configuration;
    }

    private string Secret(string text)
    {
        var file = Path.Combine(_folder, Guid.NewGuid().ToString("N"));
        File.WriteAllText(file, text);
        return file;
    }
}
