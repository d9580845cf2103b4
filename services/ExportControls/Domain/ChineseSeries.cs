using System.Text.RegularExpressions;

namespace Chokepoint.ExportControls.Domain;

/// <summary>
/// The series in which a Chinese body numbers what it publishes, anew each year. Who signs first gives the number: 商务部公告 and
/// 商务部 海关总署公告 count in one series, 海关总署公告 in another, and 商务部令 (orders) in a third.
/// </summary>
/// <param name="Body">Who signs first: <c>MOFCOM</c>.</param>
/// <param name="Kind">What is numbered: null for announcements, <c>Order</c> or <c>Circular</c>.</param>
internal sealed partial record ChineseSeries(string Body, string? Kind)
{
    private const string Ministry = "MOFCOM";

    private static readonly (string Body, Regex Names)[] Bodies =
    [
        Names(Ministry, "商务部|MOFCOM|Ministry of Commerce"),
        Names("GACC", "海关总署|GACC|GAC|General Administration of Customs"),
        Names("MOST", "科学技术部|科技部|MOST|Ministry of Science and Technology"),
        Names("MIIT", "工业和信息化部|工信部|MIIT|Ministry of Industry and Information Technology"),
        Names("NDRC", "国家发展和改革委员会|国家发展改革委|NDRC|National Development and Reform Commission"),
        Names("MOF", "财政部|MOF|Ministry of Finance"),
        Names("MNR", "自然资源部|MNR|Ministry of Natural Resources"),
        Names("SASTIND", "国家国防科工局|国防科工局|SASTIND"),
        Names("CMC", "中央军委装备发展部|Equipment Development Department of the Central Military Commission"),
        Names("UEL", "不可靠实体清单工作机制|Unreliable Entity List Working Mechanism"),
        Names("State Council", "国务院|State Council"),
    ];

    /// <summary>Announcements of the Ministry of Commerce: what a number without a series means.</summary>
    public static ChineseSeries Default { get; } = new(Ministry, null);

    /// <summary>A number of the series, as the registry writes it: <c>2024-46</c>, <c>GACC 2024-46</c>, <c>MOFCOM Order 2024-2</c>.</summary>
    public string Number(string year, string number)
    {
        var plain = $"{year}-{number.TrimStart('0')}";
        return this == Default ? plain : Kind is null ? $"{Body} {plain}" : $"{Body} {Kind} {plain}";
    }

    /// <summary>From who is named, and what is said to be numbered.</summary>
    /// <param name="who">Names of bodies and nothing else, or nothing.</param>
    /// <param name="kind">公告, 令, Order; empty says nothing.</param>
    /// <param name="authority">Who signed, where <paramref name="who"/> is empty.</param>
    /// <returns>Null where other words than names of bodies stand there.</returns>
    public static ChineseSeries? Of(string who, string kind, string? authority)
    {
        if (who.Length > 0 && !Between().IsMatch(Bodies.Aggregate(who, (left, b) => b.Names.Replace(left, " ")))) return null;
        return new ChineseSeries(FirstOf(who) ?? FirstOf(authority) ?? Ministry, KindOf(kind));
    }

    /// <summary>From the words that stand right before a number in a text, or after it: “商务部 海关总署公告”, “of the Ministry of Commerce”.</summary>
    /// <returns>Null where no Chinese body is named there.</returns>
    public static ChineseSeries? Around(string before, string kind, string after)
    {
        var kindBefore = KindBefore().Match(before);
        var named = before[..kindBefore.Index].TrimEnd();
        string? first = null;
        while (LastOf(named) is var (body, at))
        {
            (first, named) = (body, Separator().Replace(named[..at], "", 1));
        }
        if (first is null && After().Match(after) is { Success: true } behind) first = FirstOf(behind.Groups["who"].Value, atStart: true);
        return first is null ? null : new ChineseSeries(first, KindOf(kindBefore.Length > 0 ? kindBefore.Value.Trim() : kind));
    }

    private static (string Body, int At)? LastOf(string text)
    {
        foreach (var (body, names) in Bodies)
            if (names.Matches(text).LastOrDefault() is { } match && match.Index + match.Length == text.Length) return (body, match.Index);
        return null;
    }

    private static string? FirstOf(string? text, bool atStart = false) => text is null ? null : Bodies
        .Select(b => (b.Body, Match: b.Names.Match(text))).Where(b => b.Match.Success && (!atStart || b.Match.Index is 0))
        .OrderBy(b => b.Match.Index).Select(b => b.Body).FirstOrDefault();

    private static string? KindOf(string kind) => kind.ToUpperInvariant() switch
    {
        "令" or "ORDER" or "DECREE" or "ORDERS" or "DECREES" => "Order",
        "通告" or "CIRCULAR" => "Circular",
        _ => null,
    };

    private static (string, Regex) Names(string body, string names) => (body,
        new Regex($@"(?<![A-Za-z])(?:{names})(?![A-Za-z])", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1)));

    /// <summary>What may stand between and around names of bodies.</summary>
    [GeneratedRegex(@"^(?:[\s、，,&+/·]|和|联合|中华人民共和国|\b(?:and|the|of|joint|public|P\.?R\.?C\.?|China(?:[’']s)?|People[’']s Republic of China)(?![A-Za-z]))*$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Between();

    [GeneratedRegex(@"(?:[\s、，,&+/·]|和|\b(?:and|the))*$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Separator();

    [GeneratedRegex(@"(?:\s*(?:公告|令|通告))?\s*[\[(〔【]?$", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex KindBefore();

    [GeneratedRegex(@"^\s*,?\s*(?:of|by|from|issued by)\s+(?:(?:China[’']s|the|Chinese)\s+)*(?<who>.{0,60})", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.Singleline, matchTimeoutMilliseconds: 1000)]
    private static partial Regex After();
}
