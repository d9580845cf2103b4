using System.Globalization;
using Chokepoint.Contracts;
using Chokepoint.Reference;
using Chokepoint.RiskScoring.Domain;

namespace Chokepoint.RiskScoring.Supply;

/// <summary>Collects, while a stage's supply is made, what it was made of; where a source has nothing, it says what was taken instead.</summary>
internal sealed class EvidenceList(string economy, Stage stage)
{
    /// <summary>Shares below this, 0..1, still count but are not listed one by one.</summary>
    private const double LeastListed = 0.01;

    private const string NoSource = "none found";

    private readonly List<Evidence> shares = [];
    private readonly List<Evidence> filters = [];
    private readonly Dictionary<string, Evidence> governance = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> vintages = new(StringComparer.Ordinal);

    public IReadOnlyList<Evidence> InOrder =>
        [.. shares, .. filters, .. shares.Where(s => s.Economy is not null && s.Economy != economy).Select(s => s.Economy!).Distinct(StringComparer.Ordinal)
            .Where(governance.ContainsKey).Select(e => governance[e])];

    public IReadOnlyList<InputVintage> Vintages => [.. vintages.OrderBy(v => v.Key, StringComparer.Ordinal).Select(v => new InputVintage(v.Key, v.Value))];

    public void Producers(SupplyShares producers)
    {
        Vintage("production", producers.Source, producers.Vintage);
        var what = stage switch { Stage.Extraction => "mine output", Stage.Processing => "refined output", _ => "output of components" };
        foreach (var share in producers.Shares.Where(s => s.Share >= LeastListed))
        {
            shares.Add(Share("producer-share", $"{share.Economy} {Percent(share.Share)} of {what}", share, producers));
        }

        if (producers.Residual > 0) shares.Add(Residual("producer-share", $"{Percent(producers.Residual)} of {what} by nobody named", producers));
        foreach (var figure in producers.Withheld)
        {
            shares.Add(new Evidence("producer-share", $"{figure.Economy} output withheld by the source", figure.Economy, null, figure.Source, figure.Vintage, figure.Note));
        }
    }

    public void Sourcing(SupplyShares? sourcing)
    {
        if (sourcing is null) return;
        Vintage("sourcing", sourcing.Source, sourcing.Vintage);
        var what = sourcing.Basis == SharesBasis.EuAnnex ? "sourcing" : "imports";
        foreach (var share in sourcing.Shares.Where(s => s.Share >= LeastListed))
        {
            shares.Add(Share("import-share", $"{share.Economy} {Percent(share.Share)} of {economy} {what}", share, sourcing));
        }

        if (sourcing.Residual > 0) shares.Add(Residual("import-share", $"{Percent(sourcing.Residual)} of {economy} {what} from nobody named", sourcing));
    }

    public void Reliance(Figure? figure, Bounds bounds)
    {
        if (figure is not null)
        {
            Vintage("import-reliance", figure.Source, figure.Vintage);
            filters.Add(new Evidence(
                "import-reliance", $"{economy} import reliance {figure.Operator}{Number(figure.Value!.Value)} %", economy, figure.Value, figure.Source, figure.Vintage, figure.Note));
        }
        else
        {
            filters.Add(new Evidence(
                "import-reliance", bounds.IsExact ? $"{economy} produces none at this stage: import reliance 100 %" : $"{economy} import reliance not known: 0 to 100 %",
                economy, bounds.IsExact ? 100 : null, NoSource, "", null));
        }
    }

    /// <summary>Unknown is taken as nothing recycled, with the interval open down to everything.</summary>
    public Bounds RecyclingRate(Figure? figure) => Filter("recycling-rate", "end-of-life recycling input rate", figure, 100, new Bounds(0, 0, 1));

    /// <summary>Unknown is taken as no substitute, with the interval open down to a perfect one.</summary>
    public Bounds Substitution(Figure? figure) => Filter("substitution", "substitution index", figure, 1, new Bounds(1, 0, 1));

    /// <summary>Unknown is taken as the middle of the scale, with the interval open to both ends.</summary>
    public Bounds Governance(string supplier, Figure? figure)
    {
        if (figure?.Value is not { } value)
        {
            governance[supplier] = new Evidence("governance", $"{supplier} governance not rated: taken as 5 of 10", supplier, null, NoSource, "");
            return new Bounds(5, 0, 10);
        }

        Vintage("governance", figure.Source, figure.Vintage);
        governance[supplier] = new Evidence(
            "governance", $"{supplier} governance {Number(value)} of 10 ({figure.Year}), 0 best", supplier, value, figure.Source, figure.Vintage);
        return Bounds.Exactly(value);
    }

    private Bounds Filter(string type, string what, Figure? figure, double unit, Bounds unknown)
    {
        if (figure?.Value is not { } value)
        {
            filters.Add(new Evidence(type, $"{what} not known", null, null, NoSource, "", $"taken as {Number(unknown.Value)}, which can only be too high a risk"));
            return unknown;
        }

        Vintage(type, figure.Source, figure.Vintage);
        filters.Add(new Evidence(type, $"{what} {figure.Operator}{Number(value)}{(unit > 1 ? " %" : "")}", null, value, figure.Source, figure.Vintage, figure.Note));
        return new Bounds(value / unit, (figure.Range.Low ?? 0) / unit, Math.Min(1, (figure.Range.High ?? unit) / unit));
    }

    private static Evidence Share(string type, string label, SupplyShare share, SupplyShares of) =>
        new(type, label, share.Economy, Math.Round(share.Share * 100, 2), of.Source, of.Vintage, share.Figure.Note ?? of.Note);

    private static Evidence Residual(string type, string label, SupplyShares of) =>
        new(type, label, null, Math.Round(of.Residual * 100, 2), of.Source, of.Vintage, "counted in the interval alone");

    private void Vintage(string input, string source, string vintage) => vintages[input] = source.Contains(vintage, StringComparison.Ordinal) ? source : $"{source} ({vintage})";

    private static string Percent(double share) => $"{Number(share * 100)} %";

    private static string Number(double value) => Math.Round(value, value < 10 ? 2 : 1).ToString(CultureInfo.InvariantCulture);
}
