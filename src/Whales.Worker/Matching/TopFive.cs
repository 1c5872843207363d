using System.Runtime.CompilerServices;
using Whales.Contracts;
using Whales.Hosting.Catalogue;

namespace Whales.Worker.Matching;

/// <summary>The five best of the individuals shown to it; of equal ones the first shown stays ahead.</summary>
internal struct TopFive
{
    public const int Most = 5;

    private Scores _scores;
    private Numbers _individuals;

    public int Count { get; private set; }

    public void Add(int individual, float score)
    {
        if (Count == Most && score <= _scores[Most - 1])
            return;
        var at = Count < Most ? Count++ : Most - 1;
        for (; at > 0 && score > _scores[at - 1]; at--)
            (_scores[at], _individuals[at]) = (_scores[at - 1], _individuals[at - 1]);
        (_scores[at], _individuals[at]) = (score, individual);
    }

    public readonly Candidate[] ToCandidates(IReadOnlyList<KnownIndividual> individuals)
    {
        var candidates = new Candidate[Count];
        for (var i = 0; i < Count; i++)
        {
            var individual = individuals[_individuals[i]];
            candidates[i] = new Candidate { IndividualId = individual.Id, Name = individual.Name, Species = individual.Species, Score = _scores[i] };
        }

        return candidates;
    }

    [InlineArray(Most)]
    private struct Scores
    {
        private float _first;
    }

    [InlineArray(Most)]
    private struct Numbers
    {
        private int _first;
    }
}
