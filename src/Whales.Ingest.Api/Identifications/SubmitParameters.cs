using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Primitives;
using Whales.Contracts;
using Whales.Ingest.Api.Errors;
using Whales.Ingest.Api.Models;

namespace Whales.Ingest.Api.Identifications;

/// <summary>Everything that a POST says besides the photo, checked.</summary>
internal sealed record SubmitParameters(string Model, TimeSpan? ExpiresIn, Region? Region, string? IdempotencyKey, TimeSpan? Wait)
{
    private const int MaxKeyLength = 255;

    public static SubmitParameters Read(HttpRequest request, string? model, string? expiresIn, string? region, KnownModels models, TimeSpan maxExpiresIn) => new(
        models.Require(model).Name,
        ReadExpiresIn(expiresIn, maxExpiresIn),
        ReadRegion(region),
        ReadKey(request.Headers["Idempotency-Key"]),
        Preferences.Wait(request.Headers["Prefer"]));

    /// <summary>Refuses a parameter that came as a part of the form: passed over, the answer would be to another question.</summary>
    public static void RefusePart(string name)
    {
        if (name is "model" or "expiresIn" or "region" or "wait")
            throw RequestRefusedException.Malformed($"The form has a part named {name}. Only photos go into the form, {name} into {(name == "wait" ? "the header Prefer: wait=SECONDS" : $"the address: ?{name}=...")}");
    }

    /// <summary>One name for the photo and all that shapes its answer.</summary>
    public string Fingerprint(string photoSha256)
    {
        var region = Region is null
            ? ""
            : string.Create(CultureInfo.InvariantCulture, $"{Region.X:R},{Region.Y:R},{Region.Width:R},{Region.Height:R},{Region.Rotation:R}");
        var text = string.Create(CultureInfo.InvariantCulture, $"{photoSha256}\n{Model}\n{region}\n{ExpiresIn?.Ticks}");
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
    }

    private static TimeSpan? ReadExpiresIn(string? text, TimeSpan most)
    {
        if (text is null)
            return null;
        if (!double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var seconds) || !(seconds > 0) || seconds > most.TotalSeconds)
        {
            throw RequestRefusedException.Malformed(string.Create(CultureInfo.InvariantCulture,
                $"expiresIn must be a number of seconds above 0 and at most {most.TotalSeconds:0}."));
        }
        return TimeSpan.FromSeconds(seconds);
    }

    private static Region? ReadRegion(string? text)
    {
        if (text is null)
            return null;
        return Region.TryParse(text, out var region, out var error) ? region : throw RequestRefusedException.Malformed(error!);
    }

    private static string? ReadKey(StringValues header)
    {
        if (header.Count == 0)
            return null;
        var key = header.Count == 1 ? header[0] ?? "" : "";
        return key.Length is > 0 and <= MaxKeyLength && key.All(c => c is >= ' ' and <= '~')
            ? key
            : throw RequestRefusedException.Malformed($"Idempotency-Key must be one header of 1 to {MaxKeyLength} printable ASCII characters.");
    }
}
