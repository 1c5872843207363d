using Whales.Ingest.Api.Identifications;

namespace Whales.Ingest.Api.Tests.Identifications;

public sealed class ListCursorTests
{
    [Fact]
    public void TryRead_WhatWasWritten_IsTheSameId()
    {
        var id = Guid.CreateVersion7();
        Assert.True(ListCursor.TryRead(ListCursor.Write(id), out var read));
        Assert.Equal(id, read);
    }

    [Fact]
    public void TryRead_AnyChangedCharacter_IsRefused()
    {
        var cursor = ListCursor.Write(Guid.CreateVersion7());
        for (var i = 0; i < cursor.Length; i++)
        {
            foreach (var c in "ABab01-_= ")
            {
                if (c != cursor[i])
                    Assert.False(ListCursor.TryRead($"{cursor[..i]}{c}{cursor[(i + 1)..]}", out _));
            }
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("0")]
    [InlineData("%%%")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    public void TryRead_AnythingElse_IsRefused(string cursor) => Assert.False(ListCursor.TryRead(cursor, out _));
}
