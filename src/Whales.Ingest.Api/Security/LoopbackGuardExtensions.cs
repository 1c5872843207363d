namespace Whales.Ingest.Api.Security;

public static class LoopbackGuardExtensions
{
    /// <summary>Checks Host and Origin of every request while only loopback is listened on.</summary>
    public static IApplicationBuilder UseLoopbackGuard(this IApplicationBuilder app) => app.UseMiddleware<LoopbackGuard>();
}
