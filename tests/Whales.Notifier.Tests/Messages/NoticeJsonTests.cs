using System.Text.Json;
using Whales.Notifier.Messages;

namespace Whales.Notifier.Tests.Messages;

/// <summary>Notices wait in the store: what comes out says the same.</summary>
public sealed class NoticeJsonTests
{
    [Fact]
    public void Notice_WrittenAndRead_RendersTheSame()
    {
        for (var seed = 0; seed < 300; seed++)
        {
            var notice = new AnyNotice(seed, wellFormed: true).Next();
            var renderer = Rendering.Renderer();

            var read = JsonSerializer.Deserialize<Notice>(JsonSerializer.Serialize(notice))!;

            Assert.Equal(renderer.Render(notice, Reader.Default).Parts[0].Html, renderer.Render(read, Reader.Default).Parts[0].Html);
        }
    }
}
