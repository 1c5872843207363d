using System.Net.Sockets;
using System.Text.Json;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using RabbitMQ.Client;
using Whales.Contracts;
using Whales.Hosting.Health;
using Whales.Hosting.Tracing;

namespace Whales.Hosting.Messaging;

/// <summary>The bus: RabbitMQ when <c>RabbitMq:Uri</c> is set, in memory for Standalone.</summary>
public static class MessagingExtensions
{
    private const int KeepAliveSeconds = 15;

    /// <param name="builder">The host.</param>
    /// <param name="consumers">Registers the host's consumers with their definitions.</param>
    /// <param name="inMemory">True for Standalone, which works without a broker.</param>
    /// <param name="brokerOutage">How the host's readiness shows a broker that cannot be reached.</param>
    public static void AddWhalesMessaging(
        this IHostApplicationBuilder builder,
        Action<IBusRegistrationConfigurator> consumers,
        bool inMemory = false,
        HealthStatus brokerOutage = HealthStatus.Unhealthy)
    {
        builder.Services.AddOptions<RabbitMqOptions>()
            .BindConfiguration(RabbitMqOptions.SectionName)
            .ValidateDataAnnotations()
            .Validate(
                o => inMemory || o.Uri is { Scheme: "amqp" or "amqps" },
                "RabbitMq:Uri must be set, for example amqp://user:password@localhost:5672/.")
            .Validate(o => !inMemory || o.Uri is null, "RabbitMq:Uri is set, but Standalone has its bus in memory: start the API and the workers instead.")
            .Validate(o => o.SuspectStarts < o.DeliveryLimit, "RabbitMq:SuspectStarts must be below RabbitMq:DeliveryLimit.")
            .ValidateOnStart();
        builder.Services.AddSingleton(new QueueAddresses(inMemory));
        builder.Services.AddSingleton<ConnectedQueues>();
        builder.Services.AddSingleton<BrokerTopology>();

        builder.Services.AddOptions<MassTransitHostOptions>().Configure<IOptions<RabbitMqOptions>>((host, rabbit) =>
        {
            // The host starts, listens and says what is missing while the broker is still away.
            host.WaitUntilStarted = inMemory;
            host.ConsumerStopTimeout = rabbit.Value.DrainTimeout;
            host.StopTimeout = rabbit.Value.DrainTimeout + TimeSpan.FromSeconds(5);
        });
        builder.Services.AddMassTransit(bus =>
        {
            // On by default, it would tell its maker after five minutes how this bus is set up.
            bus.DisableUsageTelemetry();
            bus.SetKebabCaseEndpointNameFormatter();
            consumers(bus);
            if (inMemory)
                bus.UsingInMemory(ConfigureInMemory);
            else
                bus.UsingRabbitMq(ConfigureRabbitMq);
        });
        UseBrokerCheck(builder.Services, brokerOutage);
    }

    private static void UseBrokerCheck(IServiceCollection services, HealthStatus outage) =>
        services.AddHealthChecks().Services.PostConfigure<HealthCheckServiceOptions>(checks =>
        {
            foreach (var own in checks.Registrations.Where(r => r.Tags.Contains("masstransit")).ToList())
                checks.Registrations.Remove(own);
            checks.Registrations.Add(new HealthCheckRegistration(
                BrokerCheck.Name, provider => new BrokerCheck(provider.GetRequiredService<IBusControl>(), outage), outage, [HealthEndpoints.ReadyTag]));
        });

    private static void ConfigureInMemory(IBusRegistrationContext context, IInMemoryBusFactoryConfigurator configure)
    {
        configure.ConfigureSend(static pipe => pipe.UseExecute(MessageTrace.Attach));
        configure.ConfigurePublish(static pipe => pipe.UseExecute(MessageTrace.Attach));
        configure.ConfigureEndpoints(context);
    }

    private static void ConfigureRabbitMq(IBusRegistrationContext context, IRabbitMqBusFactoryConfigurator configure)
    {
        var options = context.GetRequiredService<IOptions<RabbitMqOptions>>().Value;
        var uri = options.Uri!;
        var user = uri.UserInfo.Split(':', 2);
        configure.Host(uri.Host, options.Port, VirtualHost(uri), host =>
        {
            host.Username(user[0].Length > 0 ? Uri.UnescapeDataString(user[0]) : "guest");
            host.Password(user.Length > 1 ? Uri.UnescapeDataString(user[1]) : "guest");
            if (uri.Scheme == "amqps")
                host.UseSsl(ssl => ssl.ServerName = uri.Host);
            WaitForAnswers(host);
        });
        // MassTransit indents its JSON: a third of each message would be blanks.
        configure.ConfigureJsonSerializerOptions(options => new JsonSerializerOptions(options) { WriteIndented = false });
        // Commands and outcomes must find a queue; announcements (states, cancellations) may have no listener.
        configure.ConfigureSend(static pipe => pipe.UseExecute(Prepare));
        configure.ConfigurePublish(static pipe => pipe.UseExecute(Prepare));
        // What a consumer cannot take goes to the model's own dead-letter queue, not to an `_error` queue beside it.
        configure.SendTopology.ErrorQueueNameFormatter = DeadLetterNames.Instance;
        configure.SendTopology.DeadLetterQueueNameFormatter = DeadLetterNames.Instance;
        configure.ConfigureEndpoints(context);
    }

    // A broker under an alarm, or a queue that elects a leader, answers late. By default RabbitMQ's client gives up after 20 s, which MassTransit
    // takes for the end of a stopping host: the queue is never read again, and nothing is logged. So there is no limit of ours. The broker has
    // its own (30 s for a consumer), and heartbeats tell of one that is gone: both break the connection, and MassTransit connects anew.
    private static void WaitForAnswers(IRabbitMqHostConfigurator host)
    {
        host.ContinuationTimeout(Timeout.InfiniteTimeSpan);
        // A handshake, which the same limit was for, has no heartbeats yet.
        host.OnRefreshConnectionFactory = static factory =>
        {
            factory.SocketFactory = static family => new TcpClientAdapter(KeptAlive(family));
            return Task.CompletedTask;
        };
    }

    private static Socket KeptAlive(AddressFamily family)
    {
        var socket = new Socket(family, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, KeepAliveSeconds);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, KeepAliveSeconds);
        return socket;
    }

    private static void Prepare(SendContext context)
    {
        MessageTrace.Attach(context);
        if (context is SendContext<IdentifyWhale> or SendContext<WhaleIdentified> or SendContext<WhaleIdentificationFailed>
                or SendContext<EmbedPhoto> or SendContext<PhotoEmbedded> or SendContext<PhotoEmbeddingFailed>
            && context.TryGetPayload(out RabbitMqSendContext? rabbit))
            rabbit.Mandatory = true;
    }

    private static string VirtualHost(Uri uri)
    {
        var path = Uri.UnescapeDataString(uri.AbsolutePath.TrimStart('/'));
        return path.Length == 0 ? "/" : path;
    }
}
