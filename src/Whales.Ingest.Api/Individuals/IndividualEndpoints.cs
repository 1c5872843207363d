using Whales.Contracts;
using Whales.Hosting.Security;
using Whales.Ingest.Api.Documentation;
using Whales.Ingest.Api.Errors;

namespace Whales.Ingest.Api.Individuals;

/// <summary>/v1/individuals and /v1/catalogue: every route, its name and its words; the handlers are in the files beside this one.</summary>
public static class IndividualEndpoints
{
    internal const string Path = "/v1/individuals";

    public static RouteGroupBuilder MapIndividuals(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("").WithTags("Catalogue").AddEndpointFilter<RefusalFilter>();
        MapReads(group);
        MapChanges(group);
        return group;
    }

    private static void MapReads(RouteGroupBuilder reads)
    {
        reads.MapGet("/v1/catalogue", CatalogueEndpoint.Get)
            .WithName("GetCatalogue")
            .RequiresAnyKey()
            .WithSummary("The catalogue of each model, in numbers")
            .WithDescription("How many animals a model can name, which version workers are given, and how many photos wait or failed: the progress of an import.")
            .Describe(DescribeCatalogue.Catalogue);
        reads.MapGet(Path, IndividualHandlers.List)
            .WithName("ListIndividuals")
            .RequiresAnyKey()
            .WithSummary("List known animals, by id")
            .WithDescription("Animals that came with a model are among them: they have embeddings and no photos. Give nextCursor back as cursor for the next part.")
            .Describe(DescribeCatalogue.List);
        reads.MapGet($"{Path}/{{id}}", IndividualHandlers.Get)
            .WithName("GetIndividual")
            .RequiresAnyKey()
            .WithSummary("Read an animal")
            .Describe(DescribeCatalogue.Get);
        reads.MapGet($"{Path}/{{id}}/photos", PhotoHandlers.List)
            .WithName("ListIndividualPhotos")
            .RequiresAnyKey()
            .WithSummary("List an animal's photos, oldest first")
            .WithDescription("Each with where it stands with each model: queued, embedded, or failed and why.")
            .Describe(DescribeCatalogue.ListPhotos);
        reads.MapGet($"{Path}/{{id}}/photos/{{photoId}}", PhotoHandlers.Get)
            .WithName("GetIndividualPhoto")
            .RequiresAnyKey()
            .WithSummary("Read where a photo stands")
            .Describe(DescribeCatalogue.GetPhoto);
        reads.MapGet($"{Path}/{{id}}/photos/{{photoId}}/image", PhotoHandlers.Image)
            .WithName("GetIndividualPhotoImage")
            .RequiresAnyKey()
            .WithSummary("Read the photo itself, without the place where it was taken")
            .Describe(DescribeCatalogue.Image);
    }

    private static void MapChanges(RouteGroupBuilder changes)
    {
        changes.MapPost(Path, IndividualHandlers.Add)
            .WithName("AddIndividual")
            .RequiresScope(Scope.Curate)
            .WithSummary("Add an animal")
            .WithDescription("It can be named once a photo of it is embedded.")
            .Accepts<IndividualEntry>("application/json")
            .Describe(DescribeCatalogue.Add);
        changes.MapPatch($"{Path}/{{id}}", IndividualHandlers.Change)
            .WithName("ChangeIndividual")
            .RequiresScope(Scope.Curate)
            .WithSummary("Change what is said of an animal")
            .WithDescription("A member that is absent stays as it is, one that is null is cleared. The id never changes.")
            .Accepts<IndividualEntry>("application/json", "application/merge-patch+json")
            .Describe(DescribeCatalogue.Change);
        changes.MapDelete($"{Path}/{{id}}", IndividualHandlers.Delete)
            .WithName("DeleteIndividual")
            .RequiresScope(Scope.Curate)
            .WithSummary("Remove an animal, its photos and its embeddings")
            .WithDescription("Workers no longer name it within 5 seconds. One that came with a model does not come back with the model's next version.")
            .Describe(DescribeCatalogue.Delete);
        changes.MapPost($"{Path}/{{id}}/photos", PhotoHandlers.Add)
            .WithName("AddIndividualPhoto")
            .RequiresScope(Scope.Curate)
            .WithSummary("Add a photo of an animal")
            .WithDescription("It is embedded by every model that has a catalogue; identifications after that can name the animal by it. The same bytes again answer 200 with the photo that is there, and try once more what failed.")
            .Describe(DescribeCatalogue.AddPhoto);
        changes.MapDelete($"{Path}/{{id}}/photos/{{photoId}}", PhotoHandlers.Delete)
            .WithName("DeleteIndividualPhoto")
            .RequiresScope(Scope.Curate)
            .WithSummary("Remove a photo and its embeddings")
            .Describe(DescribeCatalogue.DeletePhoto);
    }
}
