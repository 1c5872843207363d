using MassTransit;
using Whales.Contracts;
using Whales.Notifier.Failures;
using Whales.Testing;

namespace Whales.Notifier.Tests.Failures;

/// <summary>A message that is added to the contracts and forgotten by the notifier fails here.</summary>
public sealed class FaultContractTests
{
    [Fact]
    public void Faults_OfEveryMessageOfTheContracts_AreHeard()
    {
        var messages = Directory.GetFiles(Path.Combine(Repository.Root, "src", "Whales.Contracts", "Messages"), "*.cs")
            .Select(file => typeof(IdentifyWhale).Assembly.GetType($"Whales.Contracts.{Path.GetFileNameWithoutExtension(file)}", throwOnError: true)!)
            .ToList();
        // Each in a file of its own name, and nothing else there.
        Assert.Contains(typeof(EmbedPhoto), messages);

        var heard = typeof(FailureConsumer).GetInterfaces().Where(type => type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IConsumer<>))
            .Select(type => type.GetGenericArguments()[0]).ToHashSet();
        var forgotten = messages.Where(message => !heard.Contains(typeof(Fault<>).MakeGenericType(message))).Select(message => message.Name);

        Assert.Empty(forgotten);
    }
}
