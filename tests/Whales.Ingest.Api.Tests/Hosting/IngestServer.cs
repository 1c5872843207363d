using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Whales.Contracts;
using Whales.Hosting;
using Whales.Hosting.Images;
using Whales.Ingest.Api.Batches;
using Whales.Ingest.Api.Catalogue;
using Whales.Ingest.Api.Documentation;
using Whales.Ingest.Api.Identifications;
using Whales.Ingest.Api.Individuals;
using Whales.Ingest.Api.Models;
using Whales.Ingest.Api.Operations;
using Whales.Ingest.Api.Security;
using Whales.Ingest.Api.Storage;

namespace Whales.Ingest.Api.Tests.Hosting;

/// <summary>The HTTP surface on a real server with a real store in a folder of its own; only the bus and the workers are stood in for.</summary>
public sealed class IngestServer : IAsyncDisposable
{
    public const string Model = "humpback_v1";
    public const string OtherModel = "minke_v1";
    public const string Path = "/v1/identifications";

    private readonly WebApplication _app;

    private readonly bool _keepFolder;

    private IngestServer(WebApplication app, string folder, bool keepFolder)
    {
        _app = app;
        _keepFolder = keepFolder;
        Folder = folder;
        Client = NewClient();
    }

    public string Folder { get; }

    public HttpClient Client { get; }

    public Uri Address => new(_app.Urls.Single());

    public IIdentificationStore Store => _app.Services.GetRequiredService<IIdentificationStore>();

    internal T Get<T>()
        where T : notnull => _app.Services.GetRequiredService<T>();

    public IdentificationWaiters Waiters => _app.Services.GetRequiredService<IdentificationWaiters>();

    public TestQueue Queue => _app.Services.GetRequiredService<TestQueue>();

    public TestBroadcast Broadcast => _app.Services.GetRequiredService<TestBroadcast>();

    public TestModelStates ModelStates => _app.Services.GetRequiredService<TestModelStates>();

    public TestLetterSender LetterSender => _app.Services.GetRequiredService<TestLetterSender>();

    public IServiceProvider Services => _app.Services;

    public RecordedLogs Logs => _app.Services.GetRequiredService<RecordedLogs>();

    /// <param name="settings">Settings besides those of every test.</param>
    /// <param name="services">Registers stand-ins.</param>
    /// <param name="map">Maps more endpoints.</param>
    /// <param name="folder">Where the data lie; the caller removes it. Null: a folder of its own, removed with the server.</param>
    public static async Task<IngestServer> StartAsync(
        Dictionary<string, string?>? settings = null, Action<IServiceCollection>? services = null, Action<WebApplication>? map = null, string? folder = null)
    {
        var keepFolder = folder is not null;
        folder ??= Directory.CreateTempSubdirectory("whales-ingest-").FullName;
        try
        {
            return new IngestServer(await StartInAsync(folder, settings, services, map), folder, keepFolder);
        }
        catch when (!keepFolder)
        {
            Directory.Delete(folder, recursive: true);
            throw;
        }
    }

    private static async Task<WebApplication> StartInAsync(
        string folder, Dictionary<string, string?>? settings, Action<IServiceCollection>? services, Action<WebApplication>? map)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions
        {
            ContentRootPath = folder,
            EnvironmentName = "Production",
            // As the hosts do: each watcher is an inotify instance, and a user has few.
            Args = ["--hostBuilder:reloadConfigOnChange=false"],
        });
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?> { ["urls"] = "http://127.0.0.1:0" });
        builder.Configuration.AddInMemoryCollection(settings ?? []);
        builder.AddWhalesDefaults("api");
        builder.AddIdentificationStore();
        builder.AddImageStore();
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton<RecordedLogs>();
        builder.Services.AddSingleton<ILoggerProvider>(s => s.GetRequiredService<RecordedLogs>());

        builder.Services.AddIdentificationEndpoints();
        builder.Services.AddBatches();
        builder.Services.AddCatalogue();
        builder.Services.AddIngestDocumentation();
        builder.Services.AddSingleton(new KnownModels([new KnownModel(Model, "7", "fast"), new KnownModel(OtherModel, "2", "accurate")], Model));
        builder.Services.AddSingleton<TestQueue>();
        builder.Services.AddSingleton<IIdentificationQueue>(s => s.GetRequiredService<TestQueue>());
        builder.Services.AddSingleton<TestBroadcast>();
        builder.Services.AddSingleton<ICancelBroadcast>(s => s.GetRequiredService<TestBroadcast>());
        builder.Services.AddSingleton<TestModelStates>();
        builder.Services.AddSingleton<IModelStates>(s => s.GetRequiredService<TestModelStates>());
        builder.Services.AddSingleton<TestLetterSender>();
        builder.Services.AddSingleton<IDeadLetterSender>(s => s.GetRequiredService<TestLetterSender>());
        services?.Invoke(builder.Services);

        var app = builder.Build();
        app.MapWhalesDefaults();
        app.UseIngestSecurity();
        app.MapSession();
        app.MapIngestDocumentation();
        app.MapIdentifications();
        app.MapOperations();
        app.MapBatches();
        app.MapModels();
        app.MapIndividuals();
        map?.Invoke(app);
        await app.StartAsync();
        return app;
    }

    public HttpClient NewClient() => new() { BaseAddress = Address, Timeout = TimeSpan.FromSeconds(100) };

    /// <summary>Photos and parts of photos that lie in the image store.</summary>
    public IReadOnlyList<string> StoredFiles()
    {
        var images = System.IO.Path.Combine(Folder, "data", "images");
        return Directory.Exists(images) ? Directory.GetFiles(images, "*", SearchOption.AllDirectories) : [];
    }

    public Task<IReadOnlyList<IdentificationRow>> RowsAsync() => Store.ListAsync(new IdentificationFilter { Limit = 1000 }, CancellationToken.None);

    /// <summary>Posts a small photo and returns its identification.</summary>
    public async Task<Identification> PostAsync(string query = "")
    {
        using var response = await Client.PostAsync(Path + query, TestPhotos.Content(TestPhotos.Jpeg()));
        return await response.Content.ReadFromJsonAsync<Identification>(JsonSerializerOptions.Web)
            ?? throw new InvalidOperationException("The answer was empty.");
    }

    /// <summary>Stores a final state and tells the waiters, as the consumer of outcomes does.</summary>
    public async Task CompleteAsync(Guid id, IdentificationStatus status, string code = FailureCodes.CorruptedImage, int attempt = 1)
    {
        await CompleteInStoreAsync(id, status, code, attempt);
        Waiters.Completed(id);
    }

    public Task CompleteInStoreAsync(Guid id, IdentificationStatus status, string code = FailureCodes.CorruptedImage, int attempt = 1) => Store.CompleteAsync(
        [
            new Completion
            {
                Attempt = new AttemptId(id, attempt),
                Status = status,
                CompletedAt = DateTimeOffset.UtcNow,
                Result = status == IdentificationStatus.Succeeded
                    ? new IdentificationResult { Decision = Decision.Identified, Candidates = [new Candidate { IndividualId = "1204", Name = "Whale 1204", Species = "Eubalaena glacialis", Score = 0.8f }], CetaceanScore = 0.9f }
                    : null,
                Timings = status == IdentificationStatus.Succeeded ? new Timings { QueueMs = 1, BatchSize = 1 } : null,
                ModelVersion = status == IdentificationStatus.Succeeded ? "7" : null,
                CatalogueVersion = status == IdentificationStatus.Succeeded ? "1" : null,
                Error = status == IdentificationStatus.Failed ? new IdentificationError { Code = code, Message = "It did not work." } : null,
            },
        ],
        CancellationToken.None);

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _app.StopAsync();
        await _app.DisposeAsync();
        if (!_keepFolder)
            Directory.Delete(Folder, recursive: true);
    }
}
