using System.Text.Json;
using System.Text.Json.Serialization;

namespace Chokepoint.Reference;

/// <summary>What a figure says. The published name (<c>import-share</c>) is the one in the tables and in the API.</summary>
[JsonConverter(typeof(FigureKindConverter))]
public enum FigureKind
{
    /// <summary>Output of one producing economy at one stage, in the source's unit.</summary>
    Production,

    /// <summary>Output the source puts under "Other countries": known to exist, of nobody in particular, never a producer.</summary>
    ProductionResidual,

    /// <summary>World output as the source prints it, rounded; it may leave out withheld producers.</summary>
    ProductionTotal,

    /// <summary>Share of world output in percent, where a source prints shares and no quantities (the EU annex).</summary>
    ProducerShare,

    /// <summary>Share of an importer's supply that comes from a counterpart, in percent.</summary>
    ImportShare,

    /// <summary>Share of an importer's supply under "Other countries", in percent.</summary>
    ImportShareResidual,

    /// <summary>Net import reliance in percent, 0 to 100.</summary>
    ImportReliance,

    /// <summary>End-of-life recycling input rate in percent.</summary>
    RecyclingInputRate,

    /// <summary>Substitution index of supply risk, SI_SR, 0 to 1.</summary>
    Substitution,

    /// <summary>Substitution index of economic importance, SI_EI, 0 to 1.</summary>
    SubstitutionOfImportance,

    /// <summary>Which legs the EU assessment counted at a stage: the operator says <c>GS+EU</c>, <c>GSonly</c> or <c>EUonly</c>; no value.</summary>
    SupplyLegs,

    /// <summary>Trade factor t of the EU method between an importer and a counterpart, 0.8 to 1.5.</summary>
    TradeFactor,

    /// <summary>2·(2.5 − mean of the governance estimates): 0 best to 10 worst.</summary>
    Governance,

    /// <summary>Trade factor given to a partner by a trade agreement (METHOD.md section 3), 0.8.</summary>
    TradeAgreement,

    /// <summary>Decrease of the importer's GDP by trade-disruption scenarios, million USD (USGS OFR 2025-1047).</summary>
    GdpEffect,

    /// <summary>Stocks at the end of a year.</summary>
    Stock,

    /// <summary>Consumption of an economy in a year.</summary>
    Consumption,

    /// <summary>ASI of USGS 2021, (100 − policy perception)/100: how unable a producing economy is to go on supplying, 0 to 1.</summary>
    AbilityToSupply,

    /// <summary>WSI of USGS 2021: how unwilling a counterpart is to supply an importer, 0 to 1.</summary>
    WillingnessToSupply,

    /// <summary>EV of USGS 2021: how much an economy's income hangs on industries that a mineral's price can ruin, 0 or more.</summary>
    EconomicVulnerability,
}

/// <summary>The published names of the kinds.</summary>
public static class FigureKinds
{
    private static readonly Dictionary<FigureKind, string> Names =
        Enum.GetValues<FigureKind>().ToDictionary(k => k, k => JsonNamingPolicy.KebabCaseLower.ConvertName(k.ToString()));

    private static readonly Dictionary<string, FigureKind> ByName = Names.ToDictionary(p => p.Value, p => p.Key, StringComparer.Ordinal);

    public static string NameOf(this FigureKind kind) => Names[kind];

    public static bool TryParse(string name, out FigureKind kind) => ByName.TryGetValue(name, out kind);
}

internal sealed class FigureKindConverter() : JsonStringEnumConverter<FigureKind>(JsonNamingPolicy.KebabCaseLower);
