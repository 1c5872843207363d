using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Whales.Contracts;
using Whales.Ingest.Api.Identifications;
using Whales.Ingest.Api.Models;
using Whales.Ingest.Api.Operations;
using Whales.Ingest.Api.Storage;

namespace Whales.Ingest.Api.Tests.Hosting;

/// <summary>Stores rows and sends nothing.</summary>
public sealed class TestQueue(IIdentificationStore store) : IIdentificationQueue
{
    private int _wakes;

    /// <summary>Set to make storing fail.</summary>
    public Exception? Failure { get; set; }

    /// <summary>Called when a row is to be stored.</summary>
    public Action<IdentificationRow>? Enqueuing { get; set; }

    public int Wakes => _wakes;

    public Task EnqueueAsync(IdentificationRow row, CancellationToken cancellationToken)
    {
        Enqueuing?.Invoke(row);
        return Failure is null ? store.InsertAsync([row], cancellationToken) : Task.FromException(Failure);
    }

    public void Wake() => Interlocked.Increment(ref _wakes);
}

/// <summary>Remembers what was sent.</summary>
public sealed class TestBroadcast : ICancelBroadcast
{
    public ConcurrentQueue<AttemptId> Sent { get; } = new();

    /// <summary>Set to make sending fail.</summary>
    public Exception? Failure { get; set; }

    public Task SendAsync(AttemptId attempt, CancellationToken cancellationToken)
    {
        if (Failure is not null)
            return Task.FromException(Failure);
        Sent.Enqueue(attempt);
        return Task.CompletedTask;
    }
}

/// <summary>Remembers what was put back into a queue.</summary>
public sealed class TestLetterSender : IDeadLetterSender
{
    public ConcurrentQueue<(DeadLetter Letter, byte[] Body)> Sent { get; } = new();

    /// <summary>Set to make sending fail.</summary>
    public Exception? Failure { get; set; }

    public Task SendAsync(DeadLetter letter, ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        if (Failure is not null)
            return Task.FromException(Failure);
        Sent.Enqueue((letter, body.ToArray()));
        return Task.CompletedTask;
    }
}

public sealed class TestModelStates : IModelStates
{
    public ConcurrentDictionary<string, ModelStatus> States { get; } = new();

    public ModelStatus? Find(string model) => States.GetValueOrDefault(model);
}

/// <summary>Log lines as "category: message".</summary>
public sealed class RecordedLogs : ILoggerProvider
{
    public ConcurrentQueue<string> Lines { get; } = new();

    public ILogger CreateLogger(string categoryName) => new Logger(categoryName, Lines);

    public void Dispose()
    {
    }

    private sealed class Logger(string category, ConcurrentQueue<string> lines) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            lines.Enqueue($"{category}: {formatter(state, exception)}");
    }
}
