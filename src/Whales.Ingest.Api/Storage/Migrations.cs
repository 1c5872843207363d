using System.Data.Common;
using System.Globalization;

namespace Whales.Ingest.Api.Storage;

/// <summary>The numbered scripts of the folder Migrations, embedded. A script that has shipped never changes; the next one corrects it.</summary>
internal static class Migrations
{
    private const string Folder = "Migrations/";

    private static readonly (int Version, string Resource)[] Scripts =
    [
        .. typeof(Migrations).Assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith(Folder, StringComparison.Ordinal))
            .Select(name => (int.Parse(name.AsSpan(Folder.Length, 4), CultureInfo.InvariantCulture), name))
            .Order(),
    ];

    /// <summary>Runs the scripts that the database has not seen. The caller holds the lock and the transaction.</summary>
    public static async Task ApplyAsync(DbConnection connection, TimeProvider time, CancellationToken cancellationToken)
    {
        await RunAsync("create table if not exists schema_migrations (version bigint primary key not null, name text not null, applied_at bigint not null)")
            .ConfigureAwait(false);
        var present = await VersionAsync(connection, cancellationToken).ConfigureAwait(false);
        var known = Scripts[^1].Version;
        if (present > known)
        {
            throw new InvalidOperationException(
                $"The database has schema version {present}, made by a newer release; this release knows version {known}. Run the newer release.");
        }

        foreach (var (version, resource) in Scripts.Where(script => script.Version > present))
        {
            using var text = new StreamReader(typeof(Migrations).Assembly.GetManifestResourceStream(resource)!);
            await RunAsync(await text.ReadToEndAsync(cancellationToken).ConfigureAwait(false)).ConfigureAwait(false);
            await RunAsync(string.Create(
                CultureInfo.InvariantCulture,
                $"insert into schema_migrations (version, name, applied_at) values ({version}, '{resource[Folder.Length..]}', {time.GetUtcNow().ToUnixTimeMilliseconds()})"))
                .ConfigureAwait(false);
        }

        async Task RunAsync(string sql)
        {
            await using var command = connection.CreateCommand();
            command.CommandText = sql;
            command.CommandTimeout = 0;
            await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    private static async Task<long> VersionAsync(DbConnection connection, CancellationToken cancellationToken)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = "select coalesce(max(version), 0) from schema_migrations";
        return Convert.ToInt64(await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false), CultureInfo.InvariantCulture);
    }
}
