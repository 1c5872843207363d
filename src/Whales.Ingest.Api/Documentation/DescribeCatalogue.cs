using Microsoft.OpenApi;
using Whales.Contracts;
using Whales.Ingest.Api.Errors;
using Whales.Ingest.Api.Identifications;
using Whales.Ingest.Api.Individuals;
using static Whales.Ingest.Api.Errors.RequestRefusedException;

namespace Whales.Ingest.Api.Documentation;

/// <summary>What the document says about the catalogue.</summary>
internal static class DescribeCatalogue
{
    public const string ExampleId = "Eg-1204";

    private static readonly DateTimeOffset Created = new(2026, 11, 22, 9, 30, 0, 125, TimeSpan.Zero);
    private static readonly (string, string) Location = ("Location", "Where it is.");

    private static RequestRefusedException NoAnimal => NotFound($"There is no animal {ExampleId}.");

    private static RequestRefusedException NoPhoto => NotFound($"The animal has no photo {Examples.Id}.");

    private static RequestRefusedException NotNow => Describe.NotNow;

    public static Individual Animal(string? model) => new()
    {
        Id = ExampleId,
        Name = "Calvin",
        Species = "Eubalaena glacialis",
        Sex = Sex.Female,
        Notes = "Scar behind the blowhole.",
        CreatedAt = Created,
        UpdatedAt = Created,
        Photos = 1,
        Embeddings = [new IndividualEmbeddings { Model = model ?? "efficientnet_v1", FromPhotos = 1, Shipped = 0 }],
    };

    public static IndividualPhoto Photo(string? model) => new()
    {
        Id = Examples.Id,
        IndividualId = ExampleId,
        FileName = "DSC_0412.jpg",
        Sha256 = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        Region = new Region { X = 0.2, Y = 0.15, Width = 0.5, Height = 0.6, Rotation = 12 },
        CreatedAt = Created,
        Embeddings = [new PhotoEmbeddingState { Model = model ?? "efficientnet_v1", ModelVersion = "1", Status = EmbeddingStatus.Queued }],
    };

    public static void Catalogue(OperationText text, IngestOptions options) => text
        .Answer(200, "All models of this installation.", new[]
        {
            new CatalogueInfo
            {
                Model = text.DefaultModel ?? "efficientnet_v1",
                HasCatalogue = true,
                ModelVersion = "1",
                Version = "17",
                PublishedAt = Created,
                Individuals = 418,
                Embeddings = 4_034,
                Queued = 0,
                Failed = 0,
            },
        })
        .Errors(NotNow);

    public static void List(OperationText text, IngestOptions options) => Paged(text
        .Query("name", Schemas.Text(1, 100), "Only animals with this in their name or id, in whatever letters.", "calv"))
        .Answer(200, "A part of the list; nextCursor is absent on the last one.", new Page<Individual>
        {
            Items = [Animal(text.DefaultModel)],
            NextCursor = IndividualQuery.WriteCursor(ExampleId),
        })
        .Errors(Malformed($"limit must be a whole number from 1 to {ReadEndpoints.MaxLimit}."), NotNow);

    public static void Add(OperationText text, IngestOptions options) => text
        .Answer(201, "The animal, still without photos.", Animal(text.DefaultModel) with { Photos = 0, Embeddings = [] }, Location)
        .Errors(Malformed("sex must be unknown, female or male."), AlreadyExists($"There is an animal {ExampleId} already. PATCH changes what is said of it; its photos go to {IndividualHandlers.Location(ExampleId)}/photos."), NotNow);

    public static void Get(OperationText text, IngestOptions options) =>
        OfAnimal(text).Answer(200, "The animal.", Animal(text.DefaultModel)).Errors(NoAnimal, NotNow);

    public static void Change(OperationText text, IngestOptions options) =>
        OfAnimal(text).Answer(200, "As it is now.", Animal(text.DefaultModel)).Errors(Malformed("sex must be unknown, female or male."), NoAnimal, NotNow);

    public static void Delete(OperationText text, IngestOptions options) =>
        OfAnimal(text).Answer(204, "Removed.").Errors(NoAnimal, NotNow);

    public static void AddPhoto(OperationText text, IngestOptions options) => OfAnimal(text)
        .Query("region", Schemas.Text(), "x,y,w,h or x,y,w,h,rotation: the part to look at, as for identifications.", "0.2,0.15,0.5,0.6,12")
        .Body(Describe.PhotoBody(options))
        .Answer(200, "The animal has this photo already.", Photo(text.DefaultModel), Location)
        .Answer(201, "The photo is on the disk and waits to be embedded.", Photo(text.DefaultModel), Location)
        .Errors(
            Malformed("region: number 1 is not a finite number."),
            EmptyFile("The photo has 0 bytes."),
            NoAnimal,
            TimedOut("The body came too slowly and was given up."),
            NoCatalogue(),
            TooLarge($"A photo may have at most {options.MaxPhotoBytes:N0} bytes."),
            UnsupportedMedia("The bytes are not a photo in a format that we read, but: PDF document. JPEG, PNG, WebP, AVIF, TIFF and GIF are accepted."),
            NotNow);

    public static void ListPhotos(OperationText text, IngestOptions options) => Paged(OfAnimal(text))
        .Answer(200, "A part of the list; nextCursor is absent on the last one.", new Page<IndividualPhoto>
        {
            Items = [Photo(text.DefaultModel)],
            NextCursor = ListCursor.Write(Examples.Id),
        })
        .Errors(Malformed($"limit must be a whole number from 1 to {ReadEndpoints.MaxLimit}."), NoAnimal, NotNow);

    public static void GetPhoto(OperationText text, IngestOptions options) =>
        OfPhoto(text).Answer(200, "As it stands now.", Photo(text.DefaultModel)).Errors(NoPhoto, NotNow);

    public static void Image(OperationText text, IngestOptions options) => OfPhoto(text)
        .Header("If-None-Match", Schemas.Text(), "The ETag that the client has: 304 while it is still the same.")
        .Binary(200, "The photo as it was sent, without the place where it was taken.", "image/jpeg", "image/png", "image/webp", "image/avif", "image/tiff", "image/gif")
        .Answer(304, "The client has it.")
        .Errors(NoPhoto, InvalidState("The JPEG is damaged or ends too early. It cannot be shown, since nobody can tell whether it says where it was taken."), NotNow);

    public static void DeletePhoto(OperationText text, IngestOptions options) =>
        OfPhoto(text).Answer(204, "Removed.").Errors(NoPhoto, NotNow);

    private static OperationText OfAnimal(OperationText text) => text.Path("id", Schemas.Text(1, 100), "The animal.", ExampleId);

    private static OperationText OfPhoto(OperationText text) => OfAnimal(text).Path("photoId", Schemas.Uuid, "The photo.", Examples.Id.ToString());

    private static OperationText Paged(OperationText text) => text
        .Query("limit", Schemas.Whole(1, ReadEndpoints.MaxLimit, ReadEndpoints.DefaultLimit), "The most items in the answer.", 50)
        .Query("cursor", Schemas.Text(), "nextCursor of the part before.");
}
