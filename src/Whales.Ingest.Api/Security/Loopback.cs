using System.Net;

namespace Whales.Ingest.Api.Security;

internal static class Loopback
{
    /// <summary>True when only this machine can reach these addresses.</summary>
    public static bool IsAll(IEnumerable<string> addresses) => addresses.All(address =>
        address.Contains("://unix:", StringComparison.OrdinalIgnoreCase) || IsHost(BindingAddress.Parse(address).Host));

    public static bool IsHost(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address));
}
