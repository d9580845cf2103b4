using Chokepoint.Contracts;
using Chokepoint.Reference;
using Chokepoint.TradeFlows.Domain;

namespace Chokepoint.TradeFlows.Suppliers;

/// <summary>A profile with where it is from. <paramref name="Months"/> below 12: the year is a sum of that many months.</summary>
/// <param name="IsMirror">The importer reported nothing: the profile is what exporters report to have sold to it.</param>
internal sealed record StageProfile(
    SupplyProfile Profile, string Source, int Months, ProfileCodeSet Set, bool IsMirror, IReadOnlyList<MirrorView> Mirror, ImportRelianceView? ImportReliance);

/// <summary>A supplier's part. <paramref name="UnitValueUsdPerKg"/> is value over net weight, where both are reported.</summary>
internal sealed record SupplierView(string Supplier, string Name, double Share, double? NetWeightKg, double? ValueUsd, double? UnitValueUsdPerKg);

/// <summary>What an exporter reports to have sold to the importer, beside what the importer reports to have bought from it.</summary>
/// <param name="ImporterNetWeightKg">As the importer reports it; null where it lists no weight from this supplier.</param>
/// <param name="GapKg">Importer's weight less exporter's; null where one is not known, or they are of other months.</param>
/// <param name="Gap">The gap as a part of the larger of the two, −1..1; 0 is agreement.</param>
/// <param name="Months">Below 12: the exporter's figure is a sum of that many months.</param>
internal sealed record MirrorView(
    string Supplier, double? NetWeightKg, double? ValueUsd, double? ImporterNetWeightKg, double? GapKg, double? Gap, int Months, string Source);

/// <summary>How much of its consumption an economy imports net, percent.</summary>
/// <param name="Method"><c>published</c>, or <c>computed</c>: (imports − exports) / (production + imports − exports).</param>
/// <param name="Operator">How the source censors it, <c>&gt;</c> for at least; null for a plain number.</param>
internal sealed record ImportRelianceView(double Percent, double? Low, double? High, string? Operator, string Method, int Year, IReadOnlyList<string> Sources);

/// <summary>A code the profile is taken from, and every mineral it holds.</summary>
/// <param name="Successors">For a code that HS 2022 no longer has: where its goods are now.</param>
internal sealed record CodeView(string Hs, string Form, bool IsBasket, IReadOnlyList<string> Minerals, IReadOnlyList<string>? Successors);

/// <summary>Where the figures are from, and the period they are of.</summary>
internal sealed record SourceView(string Name, string Vintage, int Months);

/// <summary>Suppliers at one stage of the chain.</summary>
/// <param name="Note">For a basket: what the shares are shares of.</param>
/// <param name="Residual">The part of no named supplier; <paramref name="HhiHigh"/> takes it as one.</param>
/// <param name="Mirror">The exporters' side of the same trade, the largest first; empty where none reported.</param>
internal sealed record StageView(
    Stage Stage, bool IsBasket, string? Note, string Basis, IReadOnlyList<SupplierView> Suppliers, double Residual, bool TotalIsReported,
    double Hhi, double HhiLow, double HhiHigh, double? VolumeKg, double? ValueUsd, double? UnitValueUsdPerKg, IReadOnlyList<CodeView> HsCodes,
    IReadOnlyList<SourceView> Sources, bool IsMirror, IReadOnlyList<MirrorView> Mirror, ImportRelianceView? ImportReliance)
{
    public static StageView Of(int year, StageProfile found)
    {
        var profile = found.Profile;
        var codes = found.Set.Codes.Where(c => profile.HsCodes.Contains(c.Hs6, StringComparer.Ordinal)).ToList();
        return new StageView(
            profile.Stage, profile.IsBasket, profile.IsBasket ? NoteOf(profile.Mineral, codes) : null, profile.Basis,
            [.. profile.Suppliers.Select(s => new SupplierView(
                s.Supplier, Economies.TryGet(s.Supplier, out var economy) ? economy.Name : s.Supplier, s.Share, s.NetKg, s.ValueUsd, s.UnitValue))],
            profile.Concentration.Residual, profile.TotalIsReported, profile.Concentration.Hhi, profile.Concentration.Low,
            profile.Concentration.High, profile.NetKg, profile.ValueUsd, profile.ValueUsd / profile.NetKg, [.. codes.Select(CodeOf)],
            [new SourceView(found.IsMirror ? $"{found.Source}, exporters' reports" : found.Source, TradePeriod.Name(TradePeriod.OfYear(year)), found.Months)],
            found.IsMirror, found.Mirror, found.ImportReliance);
    }

    private static CodeView CodeOf(HsCode code) =>
        new(code.Hs6, code.Form, code.IsBasket, [.. MineralsIn(code.Hs6)], TradedCodes.RetiredAs(code.Hs6)?.Successors);

    private static IEnumerable<string> MineralsIn(string hs6) => TradedCodes.Of(hs6).Select(c => c.Mineral).Order(StringComparer.Ordinal);

    private static string NoteOf(string mineral, IReadOnlyList<HsCode> codes) =>
        $"Shares of the basket, not of {mineral} alone: " + string.Join("; ", codes.Select(c =>
            $"HS {c.Hs6} pools {string.Join(", ", MineralsIn(c.Hs6))} and others"
            + (TradedCodes.MovedOut(c.Hs6) is { } moved ? $" (before HS 2022 {moved} too)" : ""))) + ".";
}

/// <summary>
/// The answer: the stage that most was bought at on top, a stage with codes of the mineral alone before one with baskets only, and
/// every stage beside it, since ore and metal come from different suppliers.
/// </summary>
internal sealed record SuppliersView(
    string Importer, string Mineral, int Year, Stage Stage, bool IsBasket, string? Note, string Basis, IReadOnlyList<SupplierView> Suppliers,
    double Residual, bool TotalIsReported, double Hhi, double HhiLow, double HhiHigh, double? VolumeKg, double? ValueUsd, double? UnitValueUsdPerKg,
    IReadOnlyList<CodeView> HsCodes, IReadOnlyList<SourceView> Sources, bool IsMirror, IReadOnlyList<MirrorView> Mirror,
    ImportRelianceView? ImportReliance, IReadOnlyList<StageView> Stages)
{
    public static SuppliersView Of(int year, IReadOnlyList<StageProfile> profiles)
    {
        var first = profiles.OrderBy(p => p.Profile.IsBasket).ThenBy(p => p.IsMirror).ThenByDescending(p => p.Profile.ValueUsd ?? 0).ThenBy(p => p.Profile.Stage).First();
        var top = StageView.Of(year, first);
        return new SuppliersView(
            first.Profile.Importer, first.Profile.Mineral, year, top.Stage, top.IsBasket, top.Note, top.Basis, top.Suppliers, top.Residual,
            top.TotalIsReported, top.Hhi, top.HhiLow, top.HhiHigh, top.VolumeKg, top.ValueUsd, top.UnitValueUsdPerKg, top.HsCodes, top.Sources,
            top.IsMirror, top.Mirror, top.ImportReliance, [.. profiles.OrderBy(p => p.Profile.Stage).Select(p => StageView.Of(year, p))]);
    }
}
