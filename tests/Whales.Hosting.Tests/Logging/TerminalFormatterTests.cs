using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Whales.Hosting.Logging;

namespace Whales.Hosting.Tests.Logging;

public class TerminalFormatterTests
{
    [Fact]
    public void Write_WithScopes_IsOneLineWithoutTheServersOwn()
    {
        var scopes = new LoggerExternalScopeProvider();
        using var request = scopes.Push(new Dictionary<string, object?> { ["RequestPath"] = "/v1", ["ConnectionId"] = "c" });
        using var photo = scopes.Push(new Dictionary<string, object?> { ["Model"] = "resnet101" });
        using var text = new StringWriter();
        var entry = new LogEntry<string>(LogLevel.Warning, "Whales.Ingest.Api.Relay", 0, "The broker\r\nis silent.", null, (state, _) => state);

        new TerminalFormatter(TimeProvider.System).Write(in entry, scopes, text);

        Assert.Matches("^[0-9]{2}:[0-9]{2}:[0-9]{2} warn  Relay: The broker is silent\\. \\[Model=resnet101\\]\n\\z", text.ToString());
    }
}
