using Microsoft.Extensions.Options;

namespace Whales.Ingest.Api.Storage;

/// <summary>
/// Standalone must be alone with its database: a second one would take the first one's waiting photos into a queue in its own memory.
/// The lock ends with the process, however that ends.
/// </summary>
internal sealed class SoleOwner : IValidateOptions<StorageOptions>, IDisposable
{
    private readonly IHostEnvironment _environment;
    private FileStream? _lock;

    public SoleOwner(IHostEnvironment environment) => _environment = environment;

    public ValidateOptionsResult Validate(string? name, StorageOptions options)
    {
        if (_lock is not null)
            return ValidateOptionsResult.Success;
        var path = Path.GetFullPath(options.SqliteFile, _environment.ContentRootPath) + ".lock";
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            _lock = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            return ValidateOptionsResult.Success;
        }
        catch (IOException exception)
        {
            return ValidateOptionsResult.Fail(
                $"Storage:SqliteFile {options.SqliteFile} is in use by another Standalone, or cannot be written: {exception.Message} Stop the other one, or give this one its own data (WHALES_DATA with scripts/run.sh).");
        }
    }

    public void Dispose() => _lock?.Dispose();
}
