
namespace Whales.Hosting.Catalogue;

/// <summary>
/// Reads <c>catalogue.csv</c> and <c>labels.csv</c>: a header row with the column <c>individual</c> (or <c>id</c>) and, in any order,
/// optionally <c>file</c>, <c>name</c> and <c>species</c>; then a line per row of the catalogue or output of the network.
/// </summary>
public static class IndividualTable
{
    private static readonly string[] Columns = ["individual", "id", "file", "name", "species"];

    /// <returns>The individual of each line, in the file's order.</returns>
    /// <exception cref="CatalogueFileException">The file is missing or cannot be used.</exception>
    public static List<KnownIndividual> Read(string file)
    {
        var lines = Lines(file);
        if (lines.Count == 0)
            throw new CatalogueFileException($"{file}: is empty; its first line must name the columns.");
        var header = lines[0].Fields;
        foreach (var column in header)
            if (!Columns.Contains(column))
                throw new CatalogueFileException($"{file}: column '{column}' is not known; known are {string.Join(", ", Columns)}.");
        if (header.Distinct().Count() != header.Count)
            throw new CatalogueFileException($"{file}: a column is named twice.");
        var id = Math.Max(header.IndexOf("individual"), header.IndexOf("id"));
        if (id < 0)
            throw new CatalogueFileException($"{file}: there is no column 'individual'.");
        var (photo, name, species) = (header.IndexOf("file"), header.IndexOf("name"), header.IndexOf("species"));

        var individuals = new List<KnownIndividual>(lines.Count - 1);
        var known = new Dictionary<string, KnownIndividual>();
        var photos = new HashSet<string>();
        foreach (var (number, fields) in lines.Skip(1))
        {
            if (fields.Count != header.Count)
                throw new CatalogueFileException($"{file}, line {number}: has {fields.Count} fields, the header has {header.Count}.");
            var individual = new KnownIndividual(Text(fields[id]) ?? throw new CatalogueFileException($"{file}, line {number}: the individual's id is empty."), Field(name), Field(species));
            if (!known.TryAdd(individual.Id, individual) && known[individual.Id] != individual)
                throw new CatalogueFileException($"{file}, line {number}: '{individual.Id}' has another name or species than before.");
            if (Field(photo) is { } taken && !photos.Add(taken))
                throw new CatalogueFileException($"{file}, line {number}: the photo '{taken}' is listed twice.");
            individuals.Add(known[individual.Id]);

            string? Field(int column) => column < 0 ? null : Text(fields[column]);

            // Ids, names and species travel in messages that must stay small.
            string? Text(string value) => value.Length == 0
                ? null
                : value.Length <= 100 && !value.Any(char.IsControl)
                    ? value
                    : throw new CatalogueFileException($"{file}, line {number}: a field is longer than 100 characters or has control characters.");
        }

        return individuals;
    }

    private static List<(int Number, List<string> Fields)> Lines(string file)
    {
        try
        {
            var lines = new List<(int, List<string>)>();
            var number = 0;
            foreach (var line in File.ReadLines(file))
            {
                number++;
                if (line.Length > 0)
                    lines.Add((number, Split(line) ?? throw new CatalogueFileException($"{file}, line {number}: a quotation mark is not closed.")));
            }

            return lines;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CatalogueFileException($"{file}: {(e is FileNotFoundException ? "is missing." : $"cannot be read: {e.Message}")}", e);
        }
    }

    /// <summary>The fields of a line by RFC 4180, except that a field cannot go over the end of its line; null when a quotation mark is not closed.</summary>
    public static List<string>? Split(string line)
    {
        var fields = new List<string>();
        var at = 0;
        while (true)
        {
            if (at < line.Length && line[at] == '"')
            {
                var field = "";
                while (true)
                {
                    var close = line.IndexOf('"', at + 1);
                    if (close < 0)
                        return null;
                    field += line[(at + 1)..close];
                    at = close + 1;
                    if (at >= line.Length || line[at] != '"')
                        break;
                    field += '"';
                }

                fields.Add(field);
            }
            else
            {
                var comma = line.IndexOf(',', at);
                var end = comma < 0 ? line.Length : comma;
                fields.Add(line[at..end].Trim());
                at = end;
            }

            if (at >= line.Length)
                return fields;
            if (line[at] != ',')
                return null;
            at++;
        }
    }
}
