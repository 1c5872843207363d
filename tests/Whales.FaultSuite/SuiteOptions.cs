using System.Globalization;
using Whales.FaultSuite.Faults;

namespace Whales.FaultSuite;

/// <summary>The command line.</summary>
internal sealed record SuiteOptions
{
    public const string Usage = """
        faults [--rounds N] [--seed S] [--only NAME,NAME...] [--clients N] [--list]
          --rounds   how often each fault is brought about (1); from the second round on in an order drawn from the seed
          --seed     of the order, and of which process is hit (1)
          --only     these faults alone
          --clients  clients that post at the same time (6)
          --list     names the faults
        """;

    public required IReadOnlyList<Fault> Faults { get; init; }

    /// <summary>1 to 10,000.</summary>
    public int Rounds { get; init; } = 1;

    public int Seed { get; init; } = 1;

    /// <summary>1 to 1,000.</summary>
    public int Clients { get; init; } = 6;

    /// <summary>Between two photos of a client: the machine must keep up with the load when nothing is wrong.</summary>
    public TimeSpan Pause { get; init; } = TimeSpan.FromMilliseconds(150);

    /// <exception cref="FormatException">An argument is not known, or a value is out of range; the message names it.</exception>
    public static SuiteOptions Parse(string[] args)
    {
        var options = new SuiteOptions { Faults = AllFaults.List };
        for (var i = 0; i < args.Length; i += 2)
        {
            var value = i + 1 < args.Length ? args[i + 1] : throw new FormatException($"{args[i]} needs a value.");
            options = args[i] switch
            {
                "--rounds" => options with { Rounds = Number(args[i], value, 1, 10_000) },
                "--seed" => options with { Seed = Number(args[i], value, 0, int.MaxValue) },
                "--clients" => options with { Clients = Number(args[i], value, 1, 1_000) },
                "--only" => options with { Faults = [.. value.Split(',').Select(Find)] },
                _ => throw new FormatException($"{args[i]} is not an option."),
            };
        }

        return options;
    }

    private static Fault Find(string name) =>
        AllFaults.List.FirstOrDefault(fault => fault.Name == name) ?? throw new FormatException($"There is no fault {name}; --list names them.");

    private static int Number(string name, string text, int least, int most) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most
            ? number
            : throw new FormatException($"{name} must be a number from {least} to {most}.");
}
