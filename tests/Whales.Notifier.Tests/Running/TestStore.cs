using Whales.Testing;

namespace Whales.Notifier.Tests.Running;

/// <summary>Where a notifier keeps what it must not forget.</summary>
public enum StoreKind
{
    Sqlite,
    Postgres,
}

/// <summary>An empty store of the test's own, for one or several notifiers.</summary>
public sealed class TestStore : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("whales-notifier-store-").FullName;
    private readonly PostgresTestDatabase? _database;

    private TestStore(PostgresTestDatabase? database) => _database = database;

    public string File => Path.Combine(_folder, "notifier.db");

    /// <summary>Null: a file.</summary>
    public string? ConnectionString => _database?.ConnectionString;

    public static async Task<TestStore> CreateAsync(StoreKind kind) =>
        new(kind == StoreKind.Postgres ? await (await PostgresServer.GetAsync()).CreateDatabaseAsync() : null);

    /// <summary>The notifier's settings, with others.</summary>
    public Dictionary<string, string?> With(params (string Name, string? Value)[] others)
    {
        var settings = new Dictionary<string, string?> { ["Notifier__SqliteFile"] = File, ["ConnectionStrings__Notifier"] = ConnectionString };
        foreach (var (name, value) in others)
            settings[name] = value;
        return settings;
    }

    public async ValueTask DisposeAsync()
    {
        if (_database is not null)
            await _database.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }
}
