using Whales.Contracts;
using Whales.Hosting.Models;

namespace Whales.Worker.Matching;

/// <summary>What the scores mean.</summary>
internal static class DecisionRule
{
    public static Decision Decide(float bestScore, float? cetaceanScore, ModelThresholds thresholds) =>
        cetaceanScore < thresholds.Cetacean ? Decision.NotACetacean
        : bestScore >= thresholds.Match ? Decision.Identified
        : Decision.UnknownIndividual;
}
