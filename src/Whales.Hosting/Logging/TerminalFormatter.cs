using System.Globalization;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;

namespace Whales.Hosting.Logging;

/// <summary>
/// A line for people: <c>14:03:07 warn Relay: The broker is silent. [Model=resnet101]</c>. Scopes are shown without what the web
/// server adds to each (connection, request, span), which would fill the line; the JSON format has it all.
/// </summary>
internal sealed class TerminalFormatter(TimeProvider time) : ConsoleFormatter(FormatterName)
{
    public const string FormatterName = "whales";

    private static readonly HashSet<string> Noise = ["SpanId", "TraceId", "ParentId", "ConnectionId", "RequestId", "RequestPath", "{OriginalFormat}"];

    public override void Write<TState>(in LogEntry<TState> logEntry, IExternalScopeProvider? scopeProvider, TextWriter textWriter)
    {
        var level = logEntry.LogLevel switch
        {
            LogLevel.Trace => "trace",
            LogLevel.Debug => "debug",
            LogLevel.Information => "info ",
            LogLevel.Warning => "warn ",
            LogLevel.Error => "error",
            _ => "fatal",
        };
        textWriter.Write(time.GetLocalNow().ToString("HH:mm:ss", CultureInfo.InvariantCulture));
        textWriter.Write($" {level} {logEntry.Category[(logEntry.Category.LastIndexOf('.') + 1)..]}: ");
        textWriter.Write(OneLine(logEntry.Formatter(logEntry.State, logEntry.Exception)));
        scopeProvider?.ForEachScope(static (scope, writer) => WriteScope(scope, writer), textWriter);
        textWriter.WriteLine();
        if (logEntry.Exception is { } exception)
            textWriter.WriteLine(exception.ToString());
    }

    private static void WriteScope(object? scope, TextWriter writer)
    {
        if (scope is IEnumerable<KeyValuePair<string, object?>> values)
        {
            foreach (var (key, value) in values)
            {
                if (!Noise.Contains(key))
                    writer.Write($" [{key}={OneLine(Convert.ToString(value, CultureInfo.InvariantCulture))}]");
            }
        }
        else if (scope is not null)
        {
            writer.Write($" [{OneLine(scope.ToString())}]");
        }
    }

    private static string? OneLine(string? text) => text?.ReplaceLineEndings(" ");
}
