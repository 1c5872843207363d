using Whales.FaultSuite;
using Whales.FaultSuite.Faults;
using Whales.FaultSuite.Running;

if (args is ["--list"])
{
    foreach (var fault in AllFaults.List)
        Console.WriteLine($"{fault.Name,-20} {fault.What}");
    return 0;
}

SuiteOptions options;
try
{
    options = SuiteOptions.Parse(args);
}
catch (FormatException exception)
{
    Console.Error.WriteLine(exception.Message);
    Console.Error.WriteLine(SuiteOptions.Usage);
    return 2;
}

await using var plant = await Plant.StartAsync();
Console.WriteLine($"RabbitMQ, PostgreSQL, 2 APIs, 3 workers; {options.Clients} clients; {options.Rounds} rounds of {options.Faults.Count} faults, seed {options.Seed}.");
var suite = new Suite(plant, options, Console.Out);
var reports = await suite.RunAsync();

Console.WriteLine();
Console.WriteLine($"accepted {reports.Sum(r => r.Accepted)}, finished {reports.Sum(r => r.Finished)}, lost {reports.Sum(r => r.Lost)}, contradictory {reports.Sum(r => r.Contradictory)}, "
    + $"failed {reports.Sum(r => r.Failed)}, doubled {reports.Sum(r => r.Doubled)}, longest recovery {reports.Select(r => r.RecoverySeconds).DefaultIfEmpty().Max():0.0} s");
return !suite.Ended && reports.All(r => r.KeptItsPromises) ? 0 : 1;
