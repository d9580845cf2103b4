using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Chokepoint.Reference;

namespace Chokepoint.TradeFlows.Domain;

/// <summary>Whom a number of UN Comtrade stands for.</summary>
internal enum AreaKind
{
    /// <summary>An economy that the platform knows by its code.</summary>
    Economy,

    /// <summary>Partner 0: every partner together. Kept apart from partners, and never a supplier.</summary>
    World,

    /// <summary>Several economies that are also reported one by one; adding it to them would count twice.</summary>
    Group,

    /// <summary>A partner that is no named economy: "Areas, nes", bunkers, free zones, economies of the past. Counts to the residual.</summary>
    Unnamed,
}

/// <summary>UN Comtrade's numbers for reporters and partners, and the platform's codes for them.</summary>
internal static class TradeAreas
{
    public const short World = 0;

    /// <summary>The European Union as reporter and as partner; <c>Economies</c> leaves its number empty because it is no M49 area.</summary>
    public const short EuropeanUnion = 97;

    private const short Asean = 975;

    // UN Comtrade's list of partners (2025-06-05), those that are no economy of today. Numbers are facts.
    private static readonly FrozenSet<short> Unnamed = new short[]
    {
        58, 80, 129, 200, 221, 230, 278, 280, 290, 412, 457, 459, 461, 471, 472, 473, 488, 492, 527, 530, 532, 536, 568, 577, 582, 588, 590,
        592, 636, 637, 647, 658, 697, 698, 711, 717, 720, 736, 810, 830, 835, 836, 837, 838, 839, 841, 849, 866, 868, 872, 879, 886, 890,
        891, 899,
    }.ToFrozenSet();

    private static readonly FrozenDictionary<short, string> Codes = Economies.All
        .Where(e => e.ComtradeCode.Length > 0)
        .Select(e => (Number: short.Parse(e.ComtradeCode, CultureInfo.InvariantCulture), e.Code))
        .Append((Number: EuropeanUnion, Code: Economies.EuropeanUnion))
        .ToFrozenDictionary(x => x.Number, x => x.Code);

    private static readonly FrozenDictionary<string, short> Numbers = Codes.ToFrozenDictionary(x => x.Value, x => x.Key, StringComparer.Ordinal);

    /// <summary>The numbers of those that the platform knows by a code.</summary>
    public static IReadOnlyCollection<short> Named => Codes.Keys;

    /// <summary>
    /// The number that flows are stored under: UN Comtrade's own where a file has the true M49 number of an economy that UN Comtrade
    /// counts under another (with what is in its customs area). A file that has both has the same flow twice.
    /// </summary>
    public static int Read(int number) => number switch { 840 => 842, 756 => 757, 578 => 579, 250 => 251, 158 => 490, 356 => 699, _ => number };

    /// <summary>False for a number that UN Comtrade gives nobody.</summary>
    public static bool TryGetKind(int number, out AreaKind kind)
    {
        kind = number switch
        {
            World => AreaKind.World,
            EuropeanUnion or Asean => AreaKind.Group,
            > 0 and <= short.MaxValue when Unnamed.Contains((short)number) => AreaKind.Unnamed,
            _ => AreaKind.Economy,
        };
        return kind is not AreaKind.Economy || (number is > 0 and <= short.MaxValue && Codes.ContainsKey((short)number));
    }

    /// <summary>Economies that are also reported one by one, added to which they would count twice.</summary>
    public static IReadOnlyList<short> Groups { get; } = [EuropeanUnion, Asean];

    /// <summary>As SQL: whether a flow's partner is one of those that the world's total is the sum of.</summary>
    public static string IsPartner { get; } = $"partner NOT IN ({World}, {string.Join(", ", Groups)})";

    public static bool TryGetCode(short number, [NotNullWhen(true)] out string? code) => Codes.TryGetValue(number, out code);

    public static bool TryGetNumber(string code, out short number) => Numbers.TryGetValue(code, out number);

    /// <summary>The code of a named economy, <c>WLD</c> for the world, else the number itself.</summary>
    public static string NameOf(short number) => number == World ? "WLD"
        : Codes.TryGetValue(number, out var code) ? code : number.ToString(CultureInfo.InvariantCulture);
}
