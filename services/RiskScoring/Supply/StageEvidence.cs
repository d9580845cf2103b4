using System.Globalization;
using Chokepoint.Contracts;
using Chokepoint.Reference;

namespace Chokepoint.RiskScoring.Supply;

/// <summary>The facts under a stage's supply in words, each with its source; where a source has nothing, what was taken instead.</summary>
internal static class StageEvidence
{
    /// <summary>Shares below this, 0..1, still count but are not listed one by one.</summary>
    private const double LeastListed = 0.01;

    private const string NoSource = "none found";

    public static IReadOnlyList<Evidence> Of(StageSources sources, FigureSet figures)
    {
        List<Evidence> shares = [.. Producers(sources), .. Sourcing(sources)];
        var named = shares.Select(s => s.Economy).OfType<string>().Where(e => !Economies.AreSameMarket(e, sources.Economy)).Distinct(StringComparer.Ordinal);
        return
        [
            .. shares,
            Reliance(sources),
            Filter("recycling-rate", "end-of-life recycling input rate", sources.Recycling, " %", "taken as none"),
            Filter("substitution", "substitution index", sources.Substitution, "", "taken as none possible"),
            .. named.Select(e => Governance(e, figures.Governance(e))),
        ];
    }

    /// <summary>Which edition each input is from.</summary>
    public static IReadOnlyList<InputVintage> Vintages(StageSources sources, FigureSet figures)
    {
        var governance = sources.Producers.Shares.Select(s => figures.Governance(s.Economy)).FirstOrDefault(f => f is not null);
        var inputs = new List<InputVintage> { new("production", Edition(sources.Producers.Source, sources.Producers.Vintage)) };
        if (sources.Sourcing is { } sourcing) inputs.Add(new InputVintage("sourcing", Edition(sourcing.Source, sourcing.Vintage)));
        Add("import-reliance", sources.Reliance);
        Add("recycling-rate", sources.Recycling);
        Add("substitution", sources.Substitution);
        Add("governance", governance);
        return inputs;

        void Add(string name, Figure? figure)
        {
            if (figure is not null) inputs.Add(new InputVintage(name, Edition(figure.Source, figure.Vintage)));
        }
    }

    private static IEnumerable<Evidence> Producers(StageSources sources)
    {
        var producers = sources.Producers;
        var what = sources.Stage switch { Stage.Extraction => "mine output", Stage.Processing => "refined output", _ => "output of components" };
        foreach (var s in producers.Shares.Where(s => s.Share >= LeastListed)) yield return Share("producer-share", $"{s.Economy} {Percent(s.Share)} of {what}, {producers.Year}", s, producers);
        if (producers.Residual > 0) yield return Residual("producer-share", $"{Percent(producers.Residual)} of {what} by nobody named", producers);
        foreach (var figure in producers.Withheld)
        {
            yield return new Evidence("producer-share", $"{figure.Economy} output withheld by the source", figure.Economy, null, figure.Source, figure.Vintage, figure.Note);
        }
    }

    private static IEnumerable<Evidence> Sourcing(StageSources sources)
    {
        if (sources.Sourcing is not { } sourcing) yield break;
        var what = $"{sources.Economy} {(sourcing.Basis == SharesBasis.EuAnnex ? "sourcing" : "imports")}{Borrowed(sources, sourcing.Stage)}";
        foreach (var s in sourcing.Shares.Where(s => s.Share >= LeastListed)) yield return Share("import-share", $"{s.Economy} {Percent(s.Share)} of {what}", s, sourcing);
        if (sourcing.Residual > 0) yield return Residual("import-share", $"{Percent(sourcing.Residual)} of {what} from nobody named", sourcing);
    }

    private static Evidence Reliance(StageSources sources)
    {
        const string type = "import-reliance";
        var economy = sources.Economy;
        return sources switch
        {
            { Reliance: { Operator: "E" } f } => new(type, $"{economy} is a net exporter{Borrowed(sources, sources.RelianceOf)}", economy, 0, f.Source, f.Vintage, f.Note),
            { Reliance: { Value: { } value } f } => new(
                type, $"{economy} import reliance {f.Operator}{Number(value)} %{Borrowed(sources, sources.RelianceOf)}, {f.Year}", economy, value, f.Source, f.Vintage, f.Note),
            { RelianceBounds.IsExact: true } => new(type, $"{economy} produces none at this stage: import reliance 100 %", economy, 100, NoSource, ""),
            _ => new(type, $"{economy} import reliance not known: 0 to 100 %", economy, null, NoSource, "", "taken as 100 %"),
        };
    }

    /// <summary>Says so where the source states the figure for another stage than the one scored.</summary>
    private static string Borrowed(StageSources sources, Stage of) => of == sources.Stage ? "" : $" (stated for {of.ToString().ToLowerInvariant()})";

    private static Evidence Governance(string supplier, Figure? figure) => figure?.Value is { } value
        ? new("governance", $"{supplier} governance {Number(value)} of 10, 0 best, {figure.Year}", supplier, value, figure.Source, figure.Vintage)
        : new("governance", $"{supplier} governance not rated", supplier, null, NoSource, "", "taken as 5 of 10");

    private static Evidence Filter(string type, string what, Figure? figure, string unit, string unknown) => figure?.Value is { } value
        ? new(type, $"{what} {figure.Operator}{Number(value)}{unit}", null, value, figure.Source, figure.Vintage, figure.Note)
        : new(type, $"{what} not known", null, null, NoSource, "", unknown);

    private static Evidence Share(string type, string label, SupplyShare share, SupplyShares of) =>
        new(type, label, share.Economy, Math.Round(share.Share * 100, 2), of.Source, of.Vintage, share.Figure.Note ?? of.Note);

    private static Evidence Residual(string type, string label, SupplyShares of) =>
        new(type, label, null, Math.Round(of.Residual * 100, 2), of.Source, of.Vintage, "counted in the interval alone");

    internal static string Edition(string source, string vintage) => source.Contains(vintage, StringComparison.Ordinal) ? source : $"{source} ({vintage})";

    private static string Percent(double share) => $"{Number(share * 100)} %";

    private static string Number(double value) => Math.Round(value, value < 10 ? 2 : 1).ToString(CultureInfo.InvariantCulture);
}
