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
}
