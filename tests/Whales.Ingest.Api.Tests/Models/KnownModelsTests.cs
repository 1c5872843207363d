using Microsoft.Extensions.Logging;
using Whales.Contracts;
using Whales.Hosting.Models;
using Whales.Ingest.Api.Errors;
using Whales.Ingest.Api.Models;
using Whales.Ingest.Api.Tests.Hosting;

namespace Whales.Ingest.Api.Tests.Models;

public sealed class KnownModelsTests
{
    [Fact]
    public void Read_BrokenFolder_IsLoggedAndLeftOut()
    {
        var root = Directory.CreateTempSubdirectory("whales-models-");
        try
        {
            root.CreateSubdirectory("no_manifest");
            using var logs = new RecordedLogs();

            var models = KnownModels.Read(new ModelsOptions { Folder = root.FullName }, logs.CreateLogger("models"));

            Assert.Empty(models.All);
            Assert.Contains("no_manifest", Assert.Single(logs.Lines), StringComparison.Ordinal);
        }
        finally
        {
            root.Delete(recursive: true);
        }
    }

    [Fact]
    public void Require_NoModelAtAll_SaysSo()
    {
        var refusal = Assert.Throws<RequestRefusedException>(() => new KnownModels([], null).Require(null));

        Assert.Equal(ErrorCodes.UnknownModel, refusal.Code);
        Assert.Contains("No model is installed", refusal.Message, StringComparison.Ordinal);
    }
}
