using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Whales.Hosting.Images;
using Whales.Hosting.Metrics;
using Whales.Ingest.Api.Storage;
using Whales.Testing;

namespace Whales.Ingest.Api.Tests.Storage;

public sealed class StorageRegistrationTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("whales-host-");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private IHost Host(params (string Key, string? Value)[] settings)
    {
        var builder = new HostApplicationBuilder(new HostApplicationBuilderSettings { ContentRootPath = _folder.FullName, DisableDefaults = true });
        builder.Configuration.AddInMemoryCollection(settings.ToDictionary(setting => setting.Key, setting => setting.Value));
        builder.Services.AddWhalesMetrics();
        builder.AddIdentificationStore().AddImageStore();
        return builder.Build();
    }

    [Fact]
    public async Task AddIdentificationStore_NoSettings_IsSqliteUnderTheContentRootAndMigratedAtStart()
    {
        using var host = Host();
        await host.StartAsync(Cancel);
        var row = StoreRows.Row();

        await host.Services.GetRequiredService<IIdentificationStore>().InsertAsync([row], Cancel);
        await using (var upload = await host.Services.GetRequiredService<IImageStore>().CreateAsync(row.ImageKey, Cancel))
            await upload.CommitAsync(Cancel);
        await host.StopAsync(Cancel);

        Assert.True(File.Exists(Path.Combine(_folder.FullName, "data", "whales.db")));
        Assert.True(File.Exists(Path.Combine(_folder.FullName, "data", "images", row.ImageKey)));
    }

    [Fact]
    public async Task AddIdentificationStore_ConnectionString_IsPostgres()
    {
        await using var database = await (await PostgresServer.GetAsync()).CreateDatabaseAsync();
        using var host = Host(("ConnectionStrings:Whales", database.ConnectionString));
        await host.StartAsync(Cancel);

        await host.Services.GetRequiredService<IIdentificationStore>().CheckAsync(Cancel);
        await host.StopAsync(Cancel);

        Assert.Empty(_folder.GetFileSystemInfos());
    }

    [Theory]
    [InlineData("Storage:SqliteFile", "")]
    [InlineData("ImageStore:Folder", "")]
    [InlineData("ImageStore:Kind", "tape")]
    public async Task StartAsync_SettingIsWrong_NamesIt(string key, string value)
    {
        using var host = Host((key, value));

        var exception = await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync(Cancel));

        Assert.Contains(key, exception.Message, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Delete(recursive: true);
}
