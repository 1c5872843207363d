using MassTransit;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Whales.Hosting.Messaging;

namespace Whales.Hosting.Tests.Messaging;

public sealed class MessagingExtensionsTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task AddWhalesMessaging_Always_TellsNobodyOutsideAboutTheBus(bool inMemory)
    {
        var builder = WebApplication.CreateBuilder(["--hostBuilder:reloadConfigOnChange=false"]);
        builder.AddWhalesMessaging(static _ => { }, inMemory);
        await using var app = builder.Build();

        Assert.False(app.Services.GetRequiredService<IOptions<UsageTelemetryOptions>>().Value.Enabled);
    }

    [Theory]
    [InlineData("amqp://broker/", 5672)]
    [InlineData("amqps://broker/", 5671)]
    [InlineData("amqp://broker:5700/whales", 5700)]
    [InlineData("amqps://broker:5672", 5672)]
    public void Port_OfAnAddress_IsItsOwnOrThatOfItsScheme(string address, int expected) =>
        Assert.Equal(expected, new RabbitMqOptions { Uri = new Uri(address) }.Port);
}
