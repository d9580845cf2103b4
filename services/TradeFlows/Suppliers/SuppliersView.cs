using Chokepoint.Contracts;
using Chokepoint.Reference;
using Chokepoint.TradeFlows.Domain;

namespace Chokepoint.TradeFlows.Suppliers;

/// <summary>A profile with where it is from. <paramref name="Months"/> below 12: the year is a sum of that many months.</summary>
internal sealed record StageProfile(SupplyProfile Profile, string Source, int Months, ProfileCodeSet Set);

/// <summary>A supplier's part. <paramref name="UnitValueUsdPerKg"/> is value over net weight, where both are reported.</summary>
internal sealed record SupplierView(string Supplier, string Name, double Share, double? NetWeightKg, double? ValueUsd, double? UnitValueUsdPerKg);

/// <summary>A code the profile is taken from, and every mineral it holds.</summary>
internal sealed record CodeView(string Hs, string Form, bool IsBasket, IReadOnlyList<string> Minerals);

/// <summary>Where the figures are from, and the period they are of.</summary>
internal sealed record SourceView(string Name, string Vintage, int Months);

/// <summary>Suppliers at one stage of the chain.</summary>
/// <param name="Note">For a basket: what the shares are shares of.</param>
/// <param name="Residual">The part of no named supplier; <paramref name="HhiHigh"/> takes it as one.</param>
internal sealed record StageView(
    Stage Stage, bool IsBasket, string? Note, string Basis, IReadOnlyList<SupplierView> Suppliers, double Residual, bool TotalIsReported,
    double Hhi, double HhiLow, double HhiHigh, double? VolumeKg, double? ValueUsd, IReadOnlyList<CodeView> HsCodes, IReadOnlyList<SourceView> Sources)
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
            profile.Concentration.High, profile.NetKg, profile.ValueUsd, [.. codes.Select(CodeOf)],
            [new SourceView(found.Source, TradePeriod.Name(TradePeriod.OfYear(year)), found.Months)]);
    }

    private static CodeView CodeOf(HsCode code) =>
        new(code.Hs6, code.Form, code.IsBasket, [.. MineralsIn(code.Hs6)]);

    private static IEnumerable<string> MineralsIn(string hs6) => Chokepoint.Reference.HsCodes.Of(hs6).Select(c => c.Mineral).Order(StringComparer.Ordinal);

    private static string NoteOf(string mineral, IReadOnlyList<HsCode> codes) =>
        $"Shares of the basket, not of {mineral} alone: " + string.Join("; ", codes.Select(c => $"HS {c.Hs6} pools {string.Join(", ", MineralsIn(c.Hs6))} and others")) + ".";
}

/// <summary>
/// The answer: the stage that most was bought at on top, a stage with codes of the mineral alone before one with baskets only, and
/// every stage beside it, since ore and metal come from different suppliers.
/// </summary>
internal sealed record SuppliersView(
    string Importer, string Mineral, int Year, Stage Stage, bool IsBasket, string? Note, string Basis, IReadOnlyList<SupplierView> Suppliers,
    double Residual, bool TotalIsReported, double Hhi, double HhiLow, double HhiHigh, double? VolumeKg, double? ValueUsd,
    IReadOnlyList<CodeView> HsCodes, IReadOnlyList<SourceView> Sources, IReadOnlyList<StageView> Stages)
{
    public static SuppliersView Of(int year, IReadOnlyList<StageProfile> profiles)
    {
        var first = profiles.OrderBy(p => p.Profile.IsBasket).ThenByDescending(p => p.Profile.ValueUsd ?? 0).ThenBy(p => p.Profile.Stage).First();
        var top = StageView.Of(year, first);
        return new SuppliersView(
            first.Profile.Importer, first.Profile.Mineral, year, top.Stage, top.IsBasket, top.Note, top.Basis, top.Suppliers, top.Residual,
            top.TotalIsReported, top.Hhi, top.HhiLow, top.HhiHigh, top.VolumeKg, top.ValueUsd, top.HsCodes, top.Sources,
            [.. profiles.OrderBy(p => p.Profile.Stage).Select(p => StageView.Of(year, p))]);
    }
}
