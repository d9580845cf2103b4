using Chokepoint.Contracts;

namespace Chokepoint.TradeFlows.Domain;

/// <summary>What an importer reported to have bought from one partner under one code, in one period.</summary>
internal sealed record FlowFigure(short Partner, string Hs, double? NetKg, double? ValueUsd);

/// <summary>One supplier in a profile. <paramref name="UnitValue"/> is US dollars per kilogram.</summary>
internal sealed record SupplierFigure(string Supplier, double Share, double? NetKg, double? ValueUsd, double? UnitValue);

/// <summary>Who supplies an importer with a mineral at one stage of its chain in one period, as the importer reports it.</summary>
/// <param name="Basis"><c>netWeight</c> where every flow has one, else <c>value</c>.</param>
/// <param name="TotalIsReported">The whole is the reported total over all partners; else only the sum of those listed.</param>
internal sealed record SupplyProfile(
    string Importer, string Mineral, Stage Stage, int Period, bool IsBasket, string Basis, IReadOnlyList<string> HsCodes,
    IReadOnlyList<SupplierFigure> Suppliers, Concentration Concentration, double? NetKg, double? ValueUsd, bool TotalIsReported)
{
    public const string ByWeight = "netWeight";
    public const string ByValue = "value";

    /// <summary>Null when nothing was bought, or nothing that can be divided.</summary>
    /// <param name="figures">Flows of the set's codes in that period, the world's total among them where reported.</param>
    public static SupplyProfile? Of(string importer, int period, ProfileCodeSet set, IReadOnlyCollection<FlowFigure> figures)
    {
        var partners = figures.Where(f => f.Partner != TradeAreas.World && !IsGroup(f.Partner)).ToList();
        var listed = Sum(partners);
        var total = Sum(figures.Where(f => f.Partner == TradeAreas.World));
        var reported = total.Flows > 0 && CodesOf(figures, world: true).IsSupersetOf(CodesOf(partners, world: false));
        var whole = reported ? total : listed;
        var returned = Sum(partners.Where(f => NameOf(f) == importer)); // its own goods coming back are no supply

        var basis = whole.HasEveryWeight && listed.HasEveryWeight && whole.NetKg > 0 ? ByWeight : ByValue;
        // Partners of a rounded or older total can add up to more than it; a share above 1 would be nonsense.
        var amount = Math.Max(whole.By(basis), listed.By(basis)) - returned.By(basis);
        if (amount <= 0) return null;

        var suppliers = partners
            .Select(f => (Name: NameOf(f), Figure: f))
            .Where(x => x.Name is not null && x.Name != importer)
            .GroupBy(x => x.Name!, x => x.Figure, StringComparer.Ordinal)
            .Select(g => Supplier(g.Key, Sum(g), basis, amount))
            .Where(s => s.Share > 0)
            .OrderByDescending(s => s.Share).ThenBy(s => s.Supplier, StringComparer.Ordinal)
            .ToList();
        return new SupplyProfile(
            importer, set.Mineral, set.Stage, period, set.IsBasket, basis,
            [.. figures.Select(f => f.Hs).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)],
            suppliers, Concentration.Of(suppliers.Select(s => s.Share)), whole.HasEveryWeight && whole.NetKg > 0 ? whole.NetKg : null,
            whole.ValueUsd > 0 ? whole.ValueUsd : null, reported);
    }

    private static SupplierFigure Supplier(string name, Amounts amounts, string basis, double whole)
    {
        var weight = amounts.HasEveryWeight ? amounts.NetKg : (double?)null;
        return new SupplierFigure(
            name, amounts.By(basis) / whole, weight, amounts.HasEveryValue ? amounts.ValueUsd : null,
            weight > 0 && amounts.HasEveryValue ? amounts.ValueUsd / weight : null);
    }

    private static string? NameOf(FlowFigure figure) => TradeAreas.TryGetCode(figure.Partner, out var code) ? code : null;

    private static bool IsGroup(short partner) => TradeAreas.TryGetKind(partner, out var kind) && kind is AreaKind.Group;

    private static HashSet<string> CodesOf(IEnumerable<FlowFigure> figures, bool world) =>
        figures.Where(f => f.Partner == TradeAreas.World == world).Select(f => f.Hs).ToHashSet(StringComparer.Ordinal);

    private static Amounts Sum(IEnumerable<FlowFigure> figures)
    {
        var sum = new Amounts();
        foreach (var figure in figures) sum.Add(figure);
        return sum;
    }

    /// <summary>Sums that remember whether a part was missing, so that what is not known is not added as zero.</summary>
    private sealed class Amounts
    {
        public int Flows { get; private set; }
        public double NetKg { get; private set; }
        public double ValueUsd { get; private set; }
        public bool HasEveryWeight { get; private set; } = true;
        public bool HasEveryValue { get; private set; } = true;

        public double By(string basis) => basis == ByWeight ? NetKg : ValueUsd;

        public void Add(FlowFigure figure)
        {
            Flows++;
            NetKg += figure.NetKg ?? 0;
            ValueUsd += figure.ValueUsd ?? 0;
            HasEveryWeight &= figure.NetKg is not null;
            HasEveryValue &= figure.ValueUsd is not null;
        }
    }
}
