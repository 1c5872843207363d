using System.Text.RegularExpressions;
using Whales.Testing;

namespace Whales.FunctionalTests.Running;

/// <summary>What a host asked of the kernel, in order, as strace saw it: which file was synced before which bytes were sent.</summary>
public sealed class SystemCalls
{
    private readonly string[] _lines;

    private SystemCalls(string[] lines) => _lines = lines;

    /// <summary>The command that runs a host under strace (of the Debian package of that name) and writes to <paramref name="file"/>.</summary>
    public static IReadOnlyList<string> Recorder(string file) =>
    [
        // -y shows the paths of descriptors. Only these calls stop the host; all others run at their own speed.
        "strace", "-f", "--seccomp-bpf", "-y", "-s", "400", "-e", "trace=fsync,fdatasync,sendto,sendmsg,recvfrom,recvmsg", "-e", "signal=none", "-o", file,
    ];

    /// <summary>Reads the record once it has a line with <paramref name="last"/>: strace writes behind the host.</summary>
    public static async Task<SystemCalls> ReadAsync(string file, string last)
    {
        string[] lines = [];
        await Eventually.UntilAsync(
            async () => (lines = await File.ReadAllLinesAsync(file)).Any(line => line.Contains(last, StringComparison.Ordinal)),
            TimeSpan.FromSeconds(20), $"strace saw {last}");
        return new SystemCalls(lines);
    }

    /// <summary>Where a file or directory under <paramref name="path"/> was first synced, begun after <paramref name="after"/>; the line of its end.</summary>
    public int Synced(string path, int after = -1)
    {
        for (var begin = after + 1; begin < _lines.Length; begin++)
        {
            if (!_lines[begin].Contains("sync(", StringComparison.Ordinal) || !_lines[begin].Contains(path, StringComparison.Ordinal))
                continue;
            var end = End(begin);
            Assert.EndsWith("= 0", _lines[end], StringComparison.Ordinal);
            return end;
        }

        Assert.Fail($"Nothing under {path} was synced after line {after}:\n{string.Join('\n', _lines)}");
        return -1;
    }

    /// <summary>Where bytes with <paramref name="text"/> began to be sent, after <paramref name="after"/>.</summary>
    public int Sent(string text, int after = -1)
    {
        var at = Array.FindIndex(
            _lines, after + 1, line => line.Contains("send", StringComparison.Ordinal) && line.Contains(text, StringComparison.Ordinal));
        Assert.True(at >= 0, $"{text} was not sent after line {after}:\n{string.Join('\n', _lines)}");
        return at;
    }

    /// <summary>Where bytes with <paramref name="text"/> had come over the connection that line <paramref name="sent"/> sent to, after it.</summary>
    public int Answered(int sent, string text)
    {
        var connection = Regex.Match(_lines[sent], @"\(([0-9]+<socket:\[[0-9]+\]>)").Groups[1].Value;
        Assert.NotEmpty(connection);
        for (var begin = sent + 1; begin < _lines.Length; begin++)
        {
            if (!_lines[begin].Contains("recv", StringComparison.Ordinal) || !_lines[begin].Contains($"({connection}", StringComparison.Ordinal))
                continue;
            var end = End(begin);
            if (end >= 0 && _lines[end].Contains(text, StringComparison.Ordinal))
                return end;
        }

        Assert.Fail($"{text} did not come over {connection} after line {sent}:\n{string.Join('\n', _lines)}");
        return -1;
    }

    public string Line(int at) => _lines[at];

    // With threads, a call may be shown in two lines, each beginning with the thread's number.
    private int End(int begin)
    {
        if (!_lines[begin].EndsWith("<unfinished ...>", StringComparison.Ordinal))
            return begin;
        var thread = _lines[begin].Split(' ')[0] + " ";
        return Array.FindIndex(_lines, begin + 1, line => line.StartsWith(thread, StringComparison.Ordinal) && line.Contains("resumed>", StringComparison.Ordinal));
    }
}
