using Whales.Contracts;

namespace Whales.Worker.Matching;

/// <summary>Turns the network's output into animals: by comparison with a catalogue, or by reading a classifier's labels.</summary>
internal interface IMatcher
{
    /// <summary>Values that the network must give for one photo.</summary>
    int Dimensions { get; }

    string CatalogueVersion { get; }

    /// <summary>Ranks the animals for each photo. Threads may call it side by side.</summary>
    /// <param name="outputs">The network's output, photo after photo.</param>
    /// <param name="rankings">One per photo, filled in.</param>
    void Match(ReadOnlySpan<float> outputs, Span<Ranking> rankings);
}

/// <summary>The best animals for one photo.</summary>
/// <param name="CatalogueVersion">The catalogue they were taken from.</param>
/// <param name="Candidates">Best first, at most five; null when the network's output was no number.</param>
internal readonly record struct Ranking(string CatalogueVersion, IReadOnlyList<Candidate>? Candidates);
