using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Whales.Contracts;
using Whales.Testing;

namespace Whales.FunctionalTests.Running;

/// <summary>The catalogue as a cataloguer uses it.</summary>
public static class CatalogueClient
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    public static async Task AddAnimalAsync(this ApiClient client, string id, string? name = null)
    {
        using var response = await client.Http.PostAsJsonAsync(new Uri("v1/individuals", UriKind.Relative), new { id, name });
        await ApiClient.ReadAsync<Individual>(response, HttpStatusCode.Created);
    }

    public static async Task<IndividualPhoto> AddPhotoAsync(this ApiClient client, string animal, byte[] photo)
    {
        using var content = new ByteArrayContent(photo);
        content.Headers.ContentType = new MediaTypeHeaderValue("image/png");
        using var response = await client.Http.PostAsync(new Uri($"v1/individuals/{animal}/photos", UriKind.Relative), content);
        return await ApiClient.ReadAsync<IndividualPhoto>(response, HttpStatusCode.Created);
    }

    /// <summary>Waits until no model has the photo queued any longer.</summary>
    public static Task<IndividualPhoto> SettledAsync(this ApiClient client, IndividualPhoto photo) => Eventually.GetAsync(
        async () => (await client.Http.GetFromJsonAsync<IndividualPhoto>(
            new Uri($"v1/individuals/{photo.IndividualId}/photos/{photo.Id}", UriKind.Relative), JsonSerializerOptions.Web))!,
        read => read.Embeddings.All(state => state.Status != EmbeddingStatus.Queued), Patience, "the photo is embedded or failed");

    public static async Task DeleteAsync(this ApiClient client, string path)
    {
        using var response = await client.Http.DeleteAsync(new Uri(path, UriKind.Relative));
        Assert.Equal(HttpStatusCode.NoContent, response.StatusCode);
    }

    /// <summary>Posts the photo until its best candidate is (or, with null, nobody reaches the threshold) who is expected.</summary>
    public static Task<Identification> NamedAsync(this ApiClient client, byte[] photo, string model, string? expected) => Eventually.GetAsync(
        () => client.IdentifyAsync(photo, model),
        answer => answer.Result is { } result && (result.Decision == Decision.Identified ? result.Candidates[0].IndividualId : null) == expected,
        Patience, $"the photo is named {expected ?? "by nobody"}");

    public static async Task<CatalogueInfo> CatalogueAsync(this ApiClient client, string model) =>
        (await client.Http.GetFromJsonAsync<List<CatalogueInfo>>(new Uri("v1/catalogue", UriKind.Relative), JsonSerializerOptions.Web))!.Single(info => info.Model == model);
}
