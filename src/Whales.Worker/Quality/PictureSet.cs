namespace Whales.Worker.Quality;

/// <summary>
/// Pictures to measure a model with: a folder of files <c>ANIMAL-KIND.jpg</c> (or another format that we read). The kind says what was changed;
/// each animal has one picture of the kind <c>catalogue</c>, by which its others are to be found.
/// </summary>
internal sealed class PictureSet
{
    public const string CatalogueKind = "catalogue";

    private PictureSet(IReadOnlyList<SetPicture> pictures) => Pictures = pictures;

    /// <summary>By file name.</summary>
    public IReadOnlyList<SetPicture> Pictures { get; }

    /// <exception cref="QualityException">The folder is no such set.</exception>
    public static PictureSet Read(string folder)
    {
        try
        {
            var pictures = Directory.GetFiles(folder).Order(StringComparer.Ordinal).Select(SetPicture.Of).ToList();
            foreach (var animal in pictures.GroupBy(picture => picture.Animal))
                if (animal.Count(picture => picture.IsCatalogue) is not 1 and var count)
                    throw new QualityException($"{folder}: animal '{animal.Key}' has {count} pictures {animal.Key}-{CatalogueKind}; one is needed.");
            return pictures.Count(picture => picture.IsCatalogue) > 1 && !pictures.All(picture => picture.IsCatalogue)
                ? new PictureSet(pictures)
                : throw new QualityException($"{folder}: at least two animals are needed, and a picture besides those of the kind '{CatalogueKind}'.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new QualityException($"{folder}: cannot be read: {e.Message}", e);
        }
    }
}

/// <summary>One picture of a set.</summary>
internal sealed record SetPicture(string File, string Animal, string Kind)
{
    public string Name { get; } = Path.GetFileName(File);

    public bool IsCatalogue => Kind == PictureSet.CatalogueKind;

    public static SetPicture Of(string file)
    {
        var name = Path.GetFileNameWithoutExtension(file);
        var dash = name.LastIndexOf('-');
        return dash > 0 && dash < name.Length - 1
            ? new SetPicture(file, name[..dash], name[(dash + 1)..])
            : throw new QualityException($"{file}: is not named ANIMAL-KIND, such as 07-light.jpg.");
    }
}
