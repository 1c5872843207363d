using Microsoft.Extensions.FileProviders;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Whales.Worker.Identification;

namespace Whales.Worker.Tests.Identification;

/// <summary>A journal that is opened while the one before was not ended in good order is what a process finds after another one's death.</summary>
public sealed class StartJournalTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("whales-starts-");
    private readonly Guid _id = Guid.CreateVersion7();
    private DateTimeOffset _now = new(2026, 3, 14, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void IsSuspect_InHandWhenTheProcessEnded_IsTrueForThisAttemptOnly()
    {
        var done = Guid.CreateVersion7();
        using (var first = Open())
        {
            first.Begin(_id, 2, alone: false);
            first.End(first.Begin(done, 1, alone: false), done, 1, finished: true);
            Assert.False(first.IsSuspect(_id, 2));
        }

        using var second = Open();
        Assert.True(second.IsSuspect(_id, 2));
        Assert.False(second.IsSuspect(_id, 3));
        Assert.False(second.IsSuspect(done, 1));
        Assert.Equal(0, second.EndedBy(_id, 2));
    }

    [Fact]
    public void EndedBy_ProcessesThatEndedWithItAlone_CountsThem()
    {
        using (var first = Open())
            first.Begin(_id, 1, alone: false);
        for (var ended = 0; ended < 3; ended++)
        {
            using var next = Open();
            Assert.Equal(ended, next.EndedBy(_id, 1));
            next.Begin(_id, 1, alone: true);
        }

        using var last = Open();
        Assert.Equal(3, last.EndedBy(_id, 1));
        Assert.Equal([(_id, 1)], last.EndedLast);
        last.Forget(_id, 1);
        Assert.Equal(0, last.Suspects);
    }

    [Fact]
    public void End_SuspectRanThrough_IsFreeAlsoAfterAnotherStart()
    {
        using (var first = Open())
            first.Begin(_id, 1, alone: false);
        using (var second = Open())
            second.End(second.Begin(_id, 1, alone: true), _id, 1, finished: true);

        using var third = Open();
        Assert.False(third.IsSuspect(_id, 1));
        Assert.Equal(0, third.Suspects);
    }

    [Fact]
    public void End_SuspectGivenBackByALivingProcess_StaysSuspectAndIsNotCounted()
    {
        using (var first = Open())
            first.Begin(_id, 1, alone: true);
        using (var second = Open())
            second.End(second.Begin(_id, 1, alone: true), _id, 1, finished: false);

        using var third = Open();
        Assert.Equal(1, third.EndedBy(_id, 1));
        Assert.Empty(third.EndedLast);
    }

    [Fact]
    public void Heard_OfAnotherWorkersEnd_CountsWithOurOwn()
    {
        using (var first = Open())
            first.Begin(_id, 1, alone: true);
        using (var second = Open())
            second.Heard(_id, 1);

        using var third = Open();
        third.Heard(_id, 1);
        Assert.Equal(3, third.EndedBy(_id, 1));
    }

    [Fact]
    public void Open_TwoProcessesInOneFolder_HaveAFileEach()
    {
        using var one = Open();
        using var two = Open();
        one.Begin(_id, 1, alone: false);
        two.Begin(Guid.CreateVersion7(), 1, alone: false);

        Assert.Equal(["starts-0.journal", "starts-1.journal"], _folder.GetFiles().Select(file => file.Name).Order());
    }

    [Fact]
    public void Begin_MoreThanFit_GoesOnWithoutNotingThem()
    {
        using var journal = Open();
        for (var i = 0; i < StartFile.Slots; i++)
            journal.Begin(Guid.CreateVersion7(), 1, alone: false);

        var slot = journal.Begin(_id, 1, alone: false);
        journal.End(slot, _id, 1, finished: true);

        Assert.False(journal.IsSuspect(_id, 1));
    }

    [Fact]
    public void Open_SuspectThatNeverCameBack_IsForgottenAfterAWeek()
    {
        using (var first = Open())
            first.Begin(_id, 1, alone: false);
        using (var second = Open())
            Assert.Equal(1, second.Suspects);

        _now += TimeSpan.FromDays(8);
        using var third = Open();
        Assert.Equal(0, third.Suspects);
    }

    [Theory]
    [InlineData("no journal of ours, but long enough to look like one if nobody checked what stands in it")]
    [InlineData("")]
    public void Open_FileIsDamaged_StartsAnew(string text)
    {
        File.WriteAllText(Path.Combine(_folder.FullName, "starts-0.journal"), text);

        using var journal = Open();
        journal.Begin(_id, 1, alone: false);

        Assert.Equal(0, journal.Suspects);
    }

    [Fact]
    public void Open_FolderCannotBeMade_WorksWithoutAJournal()
    {
        var file = Path.Combine(_folder.FullName, "file");
        File.WriteAllText(file, "");

        using var journal = Open(Path.Combine(file, "starts"));
        journal.End(journal.Begin(_id, 1, alone: true), _id, 1, finished: true);

        Assert.Equal(0, journal.Suspects);
    }

    [Fact]
    public async Task AloneAsync_AnotherSuspectRuns_WaitsForItsEnd()
    {
        using var journal = Open();
        var first = await journal.AloneAsync(TestContext.Current.CancellationToken);
        var second = journal.AloneAsync(TestContext.Current.CancellationToken);
        Assert.False(second.IsCompleted);

        first.Dispose();

        (await second).Dispose();
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private StartJournal Open(string? folder = null) => new(
        Options.Create(new StartsOptions { Folder = folder ?? _folder.FullName }), new Here(), new Clock(() => _now), NullLogger<StartJournal>.Instance);

    private sealed class Clock(Func<DateTimeOffset> now) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => now();
    }

    private sealed class Here : IHostEnvironment
    {
        public string EnvironmentName { get; set; } = "Production";

        public string ApplicationName { get; set; } = "test";

        public string ContentRootPath { get; set; } = "/";

        public IFileProvider ContentRootFileProvider { get; set; } = new NullFileProvider();
    }
}
