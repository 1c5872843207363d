using Microsoft.Extensions.Options;
using Whales.Ingest.Api.Batches.Zip;
using Whales.Ingest.Api.Identifications.Upload;

namespace Whales.Ingest.Api.Batches.Intake;

/// <summary>What of the received files may become a photo; ZIPs are looked into.</summary>
internal sealed class BatchEntries(IOptions<BatchOptions> options)
{
    private const string Nameless = "(no name)";

    /// <exception cref="Errors.RequestRefusedException">The request is refused whole.</exception>
    public IReadOnlyList<BatchEntry> Find(ReceivedFiles received, Spool spool)
    {
        var entries = new List<BatchEntry>();
        foreach (var file in received.Files)
        {
            if (file.IsZip)
                entries.AddRange(ZipDirectory.Read(spool.Handle, file.Start, file.Length, options.Value).Select(FromZip));
            else
                entries.Add(new BatchEntry { Name = file.Name ?? Nameless, FileName = file.Name, Size = file.Length, Start = file.Start });
        }

        if (entries.Count == 0)
            throw BatchRefusals.Empty("The ZIP has only folders and files that operating systems leave in them.");
        if (entries.Count > options.Value.MaxFiles)
            throw BatchRefusals.TooManyFiles(options.Value.MaxFiles);
        if (entries.Sum(entry => (double)entry.Size) > options.Value.MaxExpandedBytes)
            throw BatchRefusals.Bomb($"The files would unpack to more than {options.Value.MaxExpandedBytes:N0} bytes.");
        return entries;
    }

    private static BatchEntry FromZip(ZipEntry entry)
    {
        var shown = ZipNames.Shown(entry.Name);
        return new BatchEntry { Name = shown.Length == 0 ? Nameless : shown, FileName = FileNames.Clean(entry.Name), Size = entry.Size, Zip = entry };
    }
}
