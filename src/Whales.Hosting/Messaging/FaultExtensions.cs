using System.Runtime.ExceptionServices;
using MassTransit;
using MassTransit.Middleware;

namespace Whales.Hosting.Messaging;

/// <summary>What happens to a message that its consumer could not take.</summary>
public static class FaultExtensions
{
    /// <summary>
    /// Work cut short by a stopping host goes back to its queue; everything else goes to the dead-letter queue at once. Consumers do
    /// their own waiting for what may pass, so that nothing is retried in two places.
    /// </summary>
    public static void UseDeadLetters(this IReceiveEndpointConfigurator endpoint) =>
        endpoint.ConfigureError(pipe =>
        {
            pipe.UseExecute(context =>
            {
                if (context.Exception is OperationCanceledException)
                    ExceptionDispatchInfo.Throw(context.Exception);
            });
            pipe.UseFilter(new GenerateFaultFilter());
            pipe.UseFilter(new ErrorTransportFilter());
        });
}
