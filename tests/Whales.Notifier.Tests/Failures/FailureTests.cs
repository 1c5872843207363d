using MassTransit;
using RabbitMQ.Client;
using Whales.Contracts;
using Whales.Hosting.Messaging;
using Whales.Notifier.Tests.Running;
using Whales.Testing;

namespace Whales.Notifier.Tests.Failures;

/// <summary>What fails inside the system, over a real RabbitMQ.</summary>
public sealed class FailureTests
{
    [Fact]
    public async Task Failures_OfOneKind_AreOneMessageWithACount()
    {
        await using var broker = await (await RabbitMqServer.SharedAsync()).CreateVirtualHostAsync();
        await using var telegram = await FakeBotApi.StartAsync();
        await using var notifier = await RunningNotifier.StartAsync(telegram, new Dictionary<string, string?> { ["RabbitMq__Uri"] = broker.Uri.ToString() });
        await using var bus = await TestBus.StartAsync(broker.Uri);
        await WaitForQueueAsync(broker);

        for (var i = 0; i < 40; i++)
            await bus.Bus.Publish(Failed("resnet101", "internal_error"));
        await bus.Bus.Publish(Failed("resnet101", "inference_error"));
        await Eventually.UntilAsync(
            () => Task.FromResult(telegram.Messages.Concat(telegram.Edits).Any(call => call.Text.Contains("40", StringComparison.Ordinal)) && telegram.Messages.Count == 2),
            RunningNotifier.Patience, () => string.Join('\n', telegram.Calls.Select(call => call.Body)));

        Assert.Equal(2, telegram.Messages.Count);
        Assert.Equal(41, await notifier.MetricAsync("whales_notifier_events_total{severity=\"warning\",source=\"identification_failed\"}"));
    }

    [Fact]
    public async Task FailedModel_ReportedByAWorkerAgainAndAgain_IsToldOnce()
    {
        await using var broker = await (await RabbitMqServer.SharedAsync()).CreateVirtualHostAsync();
        await using var telegram = await FakeBotApi.StartAsync();
        await using var notifier = await RunningNotifier.StartAsync(telegram, new Dictionary<string, string?> { ["RabbitMq__Uri"] = broker.Uri.ToString() });
        await using var bus = await TestBus.StartAsync(broker.Uri);
        await WaitForQueueAsync(broker);

        for (var i = 0; i < 5; i++)
            await bus.Bus.Publish(State(ModelState.Failed));
        await Eventually.UntilAsync(
            async () => await notifier.MetricAsync("whales_notifier_events_total{severity=\"critical\",source=\"model_load_failed\"}") == 5, RunningNotifier.Patience, () => "all five heard");
        await Eventually.UntilAsync(() => telegram.Messages.Count == 1, RunningNotifier.Patience, "the message");
        await bus.Bus.Publish(State(ModelState.Ready));
        await Eventually.UntilAsync(async () => await notifier.MetricAsync("whales_notifier_active_alerts{severity=\"critical\"}") == 0, RunningNotifier.Patience, () => "it is over");
        await bus.Bus.Publish(State(ModelState.Failed));
        await Eventually.UntilAsync(() => telegram.Messages.Count == 2, RunningNotifier.Patience, "it failed anew");

        Assert.Contains("sha256", telegram.Messages[0].Text, StringComparison.Ordinal);
        Assert.Empty(telegram.Edits);
    }

    [Fact]
    public async Task FaultsAndUndecodableAndDeadLetters_OfAnyQueue_AreTold()
    {
        await using var broker = await (await RabbitMqServer.SharedAsync()).CreateVirtualHostAsync();
        await using var telegram = await FakeBotApi.StartAsync();
        await using var notifier = await RunningNotifier.StartAsync(telegram, new Dictionary<string, string?> { ["RabbitMq__Uri"] = broker.Uri.ToString() });
        await using var bus = await TestBus.StartAsync(broker.Uri);
        await WaitForQueueAsync(broker);

        await bus.Bus.Publish(Command());
        await bus.SendGarbageAsync();
        await bus.Bus.Publish(new IdentificationDeadLettered { IdentificationId = Guid.CreateVersion7(), Attempt = 1, Model = "resnet101", Reason = "delivery_limit", Message = "Given up.", OccurredAt = DateTimeOffset.UtcNow });
        foreach (var source in new[] { "fault", "undecodable", "dead_letter" })
        {
            await Eventually.UntilAsync(
                async () => await notifier.MetricAsync($"whales_notifier_events_total{{severity=\"warning\",source=\"{source}\"}}") == 1, RunningNotifier.Patience, () => $"one {source}");
        }

        await Eventually.UntilAsync(() => telegram.Messages.Count == 3, RunningNotifier.Patience, "three messages");
        Assert.Contains(telegram.Messages, message => message.Text.Contains("InvalidOperationException", StringComparison.Ordinal) && message.Text.Contains("resnet101", StringComparison.Ordinal));
    }

    [Fact]
    public async Task UnreadableFailure_InTheNotifiersOwnQueue_IsSetAsideAndMakesNoLoop()
    {
        await using var broker = await (await RabbitMqServer.SharedAsync()).CreateVirtualHostAsync();
        await using var telegram = await FakeBotApi.StartAsync();
        await using var notifier = await RunningNotifier.StartAsync(telegram, new Dictionary<string, string?> { ["RabbitMq__Uri"] = broker.Uri.ToString() });
        await using var bus = await TestBus.StartAsync(broker.Uri);
        await WaitForQueueAsync(broker);

        await bus.SendGarbageAsync("notifier-failures");
        await Eventually.UntilAsync(
            async () => (await broker.QueuesAsync()).Any(queue => queue.Name.StartsWith("notifier-failures.", StringComparison.Ordinal) && queue.Messages == 1),
            RunningNotifier.Patience, () => "it lies in a queue of its own");
        await bus.Bus.Publish(Failed("resnet101", "corrupted_image"));
        await Eventually.UntilAsync(() => telegram.Messages.Count == 1, RunningNotifier.Patience, "others are still heard");

        Assert.Equal(0, await notifier.MetricAsync("whales_notifier_events_total{severity=\"warning\",source=\"undecodable\"}"));
    }

    [Fact]
    public async Task Alerts_WhileTheBrokerIsDown_Arrive()
    {
        await using var telegram = await FakeBotApi.StartAsync();
        await using var notifier = await RunningNotifier.StartAsync(telegram, new Dictionary<string, string?> { ["RabbitMq__Uri"] = $"amqp://guest:guest@127.0.0.1:{FreePort.Next()}/" });

        await notifier.AcceptAsync(Payloads.Firing("BrokerDown", "critical"));
        await Eventually.UntilAsync(() => telegram.Messages.Count == 1, RunningNotifier.Patience, "the message");

        Assert.Contains("degraded", (await notifier.ReadyAsync()).Body, StringComparison.Ordinal);
    }

    private static Task WaitForQueueAsync(RabbitMqVirtualHost broker) => Eventually.UntilAsync(
        async () => (await broker.QueuesAsync()).Count(queue => queue.Name.StartsWith("notifier-", StringComparison.Ordinal) && queue.Consumers > 0) >= 2,
        RunningNotifier.Patience, () => "the notifier listens");

    private static WhaleIdentificationFailed Failed(string model, string code) => new()
    {
        IdentificationId = Guid.CreateVersion7(),
        Attempt = 1,
        Model = model,
        Code = code,
        Message = "It ends too early.",
        Worker = "worker-1",
        OccurredAt = DateTimeOffset.UtcNow,
    };

    private static ModelStateChanged State(ModelState state) => new()
    {
        Model = "resnet101",
        ModelVersion = "1",
        State = state,
        ExecutionProvider = "cpu",
        Reason = state == ModelState.Failed ? "The sha256 of model.onnx is another one." : null,
        Worker = "worker-1",
    };

    private static IdentifyWhale Command() => new()
    {
        IdentificationId = Guid.CreateVersion7(),
        Attempt = 1,
        Model = "resnet101",
        ImageKey = "k",
        SubmittedAt = DateTimeOffset.UtcNow,
    };

    /// <summary>A bus with a consumer that fails, as a worker's could.</summary>
    private sealed class TestBus(IBusControl bus, Uri uri) : IAsyncDisposable
    {
        private const string Queue = "a-consumer-that-fails";

        public IBusControl Bus => bus;

        public static async Task<TestBus> StartAsync(Uri uri)
        {
            var user = uri.UserInfo.Split(':');
            var bus = MassTransit.Bus.Factory.CreateUsingRabbitMq(configure =>
            {
                configure.Host(uri.Host, (ushort)uri.Port, Uri.UnescapeDataString(uri.AbsolutePath.TrimStart('/')), host =>
                {
                    host.Username(user[0]);
                    host.Password(user[1]);
                });
                configure.ReceiveEndpoint(Queue, endpoint =>
                {
                    endpoint.UseDeadLetters();
                    endpoint.Handler<IdentifyWhale>(_ => throw new InvalidOperationException("It broke."));
                });
            });
            await bus.StartAsync(TestContext.Current.CancellationToken);
            return new TestBus(bus, uri);
        }

        public async Task SendGarbageAsync(string queue = Queue)
        {
            await using var connection = await new ConnectionFactory { Uri = uri }.CreateConnectionAsync();
            await using var channel = await connection.CreateChannelAsync();
            await channel.BasicPublishAsync("", queue, mandatory: true, body: "{ this is no message"u8.ToArray());
        }

        public async ValueTask DisposeAsync() => await bus.StopAsync(TimeSpan.FromSeconds(30));
    }
}
