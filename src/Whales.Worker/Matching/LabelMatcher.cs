using System.Numerics.Tensors;
using Whales.Hosting.Catalogue;

namespace Whales.Worker.Matching;

/// <summary>Reads a classifier head: the softmax of its logits, one per label.</summary>
internal sealed class LabelMatcher(string version, IReadOnlyList<KnownIndividual> labels) : IMatcher
{
    public int Dimensions => labels.Count;

    public string CatalogueVersion => version;

    public void Match(ReadOnlySpan<float> outputs, Span<Ranking> rankings)
    {
        for (var photo = 0; photo < rankings.Length; photo++)
        {
            var logits = outputs.Slice(photo * labels.Count, labels.Count);
            // The greatest is taken off first, so that no exponential overflows.
            var greatest = TensorPrimitives.Max(logits);
            double sum = 0;
            foreach (var logit in logits)
                sum += Math.Exp(logit - greatest);
            if (!double.IsFinite(sum) || !float.IsFinite(greatest))
            {
                rankings[photo] = new Ranking(version, null);
                continue;
            }

            var top = new TopFive();
            for (var label = 0; label < logits.Length; label++)
                top.Add(label, (float)(Math.Exp(logits[label] - greatest) / sum));
            rankings[photo] = new Ranking(version, top.ToCandidates(labels));
        }
    }
}
