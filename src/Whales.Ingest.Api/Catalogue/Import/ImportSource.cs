using Whales.Hosting.Catalogue;

namespace Whales.Ingest.Api.Catalogue.Import;

/// <summary>An animal and the files with its photos.</summary>
internal sealed record ImportedAnimal(string Id, string? Name, string? Species, IReadOnlyList<string> Files);

/// <summary>What is to be imported: a folder with a folder for each animal, or a CSV file that names photos and their animals.</summary>
internal static class ImportSource
{
    private static readonly string[] Extensions = [".jpg", ".jpeg", ".png", ".webp", ".avif", ".tif", ".tiff", ".gif"];

    /// <exception cref="CatalogueFileException">It is neither, or says what cannot be.</exception>
    public static IReadOnlyList<ImportedAnimal> Read(string path)
    {
        try
        {
            return Directory.Exists(path) ? ReadFolder(path) : ReadTable(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CatalogueFileException($"{path} cannot be read: {e.Message}", e);
        }
    }

    private static List<ImportedAnimal> ReadFolder(string path)
    {
        var animals = Directory.EnumerateDirectories(path).Order(StringComparer.Ordinal)
            .Where(folder => !Path.GetFileName(folder).StartsWith('.'))
            .Select(folder => new ImportedAnimal(Path.GetFileName(folder), null, null,
                [.. Directory.EnumerateFiles(folder).Where(file => Extensions.Contains(Path.GetExtension(file).ToLowerInvariant())).Order(StringComparer.Ordinal)]))
            .ToList();
        return animals.Count > 0 ? animals : throw new CatalogueFileException($"{path} has no folders; it must have one for each animal, with its photos in it.");
    }

    private static List<ImportedAnimal> ReadTable(string path)
    {
        var lines = File.ReadAllLines(path);
        var header = (lines.Length == 0 ? null : IndividualTable.Split(lines[0].TrimStart('\uFEFF')))?.ConvertAll(name => name.ToLowerInvariant()) ?? [];
        var (file, id, name, species) = (header.IndexOf("file"), Math.Max(header.IndexOf("individual_id"), header.IndexOf("individual")), header.IndexOf("name"), header.IndexOf("species"));
        if (file < 0 || id < 0)
            throw new CatalogueFileException($"{path}: the first line must name the columns file and individual_id; name and species may follow.");
        var animals = new Dictionary<string, (string? Name, string? Species, List<string> Files)>(StringComparer.Ordinal);
        for (var number = 1; number < lines.Length; number++)
        {
            if (lines[number].Length == 0)
                continue;
            if (IndividualTable.Split(lines[number]) is not { } fields || fields.Count != header.Count)
                throw new CatalogueFileException($"{path}, line {number + 1}: has not the {header.Count} fields of the first line.");
            if (fields[id].Length == 0 || fields[file].Length == 0)
                throw new CatalogueFileException($"{path}, line {number + 1}: the file or the individual's id is empty.");
            if (!animals.TryGetValue(fields[id], out var animal))
                animals.Add(fields[id], animal = (null, null, []));
            animal.Files.Add(Path.GetFullPath(fields[file], Path.GetDirectoryName(Path.GetFullPath(path))!));
            animals[fields[id]] = (animal.Name ?? Text(name), animal.Species ?? Text(species), animal.Files);

            string? Text(int column) => column < 0 || fields[column].Length == 0 ? null : fields[column];
        }

        return [.. animals.Select(animal => new ImportedAnimal(animal.Key, animal.Value.Name, animal.Value.Species, animal.Value.Files))];
    }
}
