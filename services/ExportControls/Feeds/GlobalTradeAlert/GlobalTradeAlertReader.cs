using System.Text.Json;
using Chokepoint.Contracts;
using Chokepoint.ExportControls.Feeds.FederalRegister;
using Chokepoint.ExportControls.Feeds.Text;
using Chokepoint.ExportControls.Notices;
using Chokepoint.Reference;

namespace Chokepoint.ExportControls.Feeds.GlobalTradeAlert;

/// <summary>
/// Reads an intervention: its type is the measure, its products the goods. Whom GTA calls affected is who trade says was hit, not whom
/// the measure names; destinations are read from the words alone.
/// </summary>
internal static class GlobalTradeAlertReader
{
    private const string Clause = "/clauses/0";

    private static readonly Dictionary<string, Measure> Measures = new(StringComparer.OrdinalIgnoreCase)
    {
        ["Export ban"] = Measure.Prohibition,
        ["Export quota"] = Measure.Quota,
        ["Export tariff quota"] = Measure.Quota,
        ["Export tax"] = Measure.Tax,
        ["Export licensing requirement"] = Measure.Licensing,
        ["Export price benchmark"] = Measure.MinimumPrice,
    };

    /// <summary>The colour in the interface and the export, the word on the site.</summary>
    private static readonly HashSet<string> Liberalising = new(StringComparer.OrdinalIgnoreCase) { "Green", "Liberalising", "Liberalizing" };

    public static Reading Read(FeedDocument document)
    {
        Intervention read;
        try
        {
            read = Intervention.OfJson(JsonSerializer.Deserialize<JsonElement>(document.Content));
        }
        catch (JsonException)
        {
            return Reading.Unreadable("The row is short of fields, or no row at all.");
        }
        catch (Exception fault) when (fault is FormatException or InvalidOperationException)
        {
            return Reading.Unreadable(fault is FormatException ? fault.Message : "It is no object.");
        }
        if (read.Title is null) return Reading.Unreadable($"Intervention {read.Id} has no title.");
        if (Days.Iso(read.Announced) is not { } announced) return Reading.Unreadable($"Intervention {read.Id} has no date_announced that is a day.");

        var evidence = new Evidence(GlobalTradeAlertFeed.FeedName, document.Key);
        SourceText[] texts = [SourceText.Html("state_act_title", read.Title), SourceText.Html("intervention_description", read.Description)];
        var issuer = IssuerOf(read);
        var lifting = LiftingOf(read, texts[0]);
        var isAbout = read.Type?.Contains("export", StringComparison.OrdinalIgnoreCase) is true;
        var clause = lifting is null ? ClauseOf(evidence, read, texts) : null;
        if (lifting is not null) evidence.Lifts(lifting, alone: true);
        var url = read.Url ?? document.Url;
        SourceText[] all = [SourceText.Plain("state_act_source", read.Source), .. texts];
        var acting = ActionWords.Find(texts);
        var number = NumberOf(all, acting);
        var announcedOn = new Found<DateOnly?>(announced, "date_announced", read.Announced!);
        var notice = new NoticeRequest
        {
            Issuer = evidence.Of("/issuer", issuer, read.Issuers.Count > 1 ? "Several economies implement it, and no one group is named." : "Who implements it is not an economy known here."),
            DocumentNumber = evidence.Of("/documentNumber", number, $"The issuer's own number was not found; GTA calls it intervention {read.Id}."),
            Title = evidence.Of("/title", new Found<string>(FederalRegisterReader.Label(read.Title), "state_act_title", read.Title), ""),
            Language = evidence.Of("/language", new Found<string>("en", "feed", "Global Trade Alert", "it writes in English"), ""),
            AnnouncedOn = evidence.Of("/announcedOn", announcedOn, ""),
            Sources = evidence.Of("/sources", SourceOf(url), "No address is given."),
            Clauses = clause is null ? [] : [clause],
            Actions = ActionReading.Read(
                evidence, acting, texts, issuer?.Value, number?.Value, announcedOn, Day(read.Implemented, "date_implemented", 0)),
        };
        evidence.Remark("/authority", "GTA does not name the body that signed it.");
        return evidence.Reads(notice, isAbout ? null : $"Its type, {read.Type ?? "none"}, is no measure on exports.");
    }

    /// <summary>GTA judges it to liberalise, or its title takes a measure away and names no other.</summary>
    private static Found<string>? LiftingOf(Intervention read, SourceText title)
    {
        if (read.Evaluation is { } colour && Liberalising.Contains(colour.Trim()))
            return new Found<string>(colour, "gta_evaluation", colour, "GTA's colour for what liberalises trade: it takes a measure away");
        return MeasureWords.Find([title]) is null ? LiftingWords.Find([title]) : null;
    }

    private static ClauseRequest ClauseOf(Evidence evidence, Intervention read, SourceText[] texts)
    {
        var codes = read.Products.Where(p => p.Length is 6 && p.All(char.IsAsciiDigit)).Distinct(StringComparer.Ordinal)
            .Select(p => new Found<string>(p, "affected_products", p)).ToList();
        var minerals = MineralNames.Find(texts).Concat(HsMentions.Minerals(codes)).DistinctBy(m => m.Value, StringComparer.Ordinal).ToList();
        Found<Measure?>? measure = read.Type is { } type && Measures.TryGetValue(type, out var known)
            ? new Found<Measure?>(known, "intervention_type", type, "GTA's type of intervention") : null;
        var clause = new ClauseRequest
        {
            Number = evidence.Of($"{Clause}/number", new Found<string>("1", "feed", "", "an intervention is taken as one clause"), ""),
            Measure = evidence.Of($"{Clause}/measure", measure, $"GTA's type, {read.Type ?? "none"}, is none of the measures here."),
            Minerals = evidence.Of($"{Clause}/minerals", minerals, $"No mineral is named. {HsMentions.Baskets(codes)}".TrimEnd()) ?? [],
            Items = codes.Count is 0 ? [] : [new ItemRequest(ControlCode: null, evidence.Of($"{Clause}/items/0/hsCodes", codes, ""), Description: null)],
            Destinations = evidence.Of($"{Clause}/destinations", EconomyNames.Destinations(texts), "No destination is named; null, confirmed as it is, means every destination."),
            ExcludedDestinations = evidence.Of($"{Clause}/excludedDestinations", EconomyNames.Excluded(texts), "None was found.") ?? [],
            EffectiveFrom = evidence.Of($"{Clause}/effectiveFrom", Day(read.Implemented, "date_implemented", 0), "GTA gives no date of implementation."),
            EffectiveUntil = evidence.Of($"{Clause}/effectiveUntil", Day(read.Removed, "date_removed", -1), "GTA gives no date of removal; null means that it has no last day."),
        };
        if (HsMentions.Baskets(codes) is { } basket && minerals.Count > 0) evidence.Remark($"{Clause}/minerals", basket);
        return clause;
    }

    private static List<Found<SourceRequest>> SourceOf(string? url) =>
        url is null ? [] : [new(new SourceRequest(url, "secondary"), "intervention_url", url, "GTA is another's account: secondary")];

    private static Found<string>? IssuerOf(Intervention read)
    {
        if (read.Issuers is not [var only]) return AllOfOneUnion(read);
        return EconomyNames.Code(only) is { } code && Economies.TryGet(code, out _) ? new Found<string>(code, "implementing_jurisdictions", only) : null;
    }

    /// <summary>The CSV lists a union by its members, all of them.</summary>
    private static Found<string>? AllOfOneUnion(Intervention read)
    {
        var codes = read.Issuers.Select(EconomyNames.Code).ToHashSet(StringComparer.Ordinal);
        return codes.Count > 1 && codes.SetEquals(Economies.MembersOf(Economies.EuropeanUnion))
            ? new Found<string>(Economies.EuropeanUnion, "implementing_jurisdictions", string.Join(", ", read.Issuers), "every member of the European Union, and no one else") : null;
    }

    private static Found<DateOnly?>? Day(string? text, string field, int later) => Days.Iso(text) is { } day
        ? new Found<DateOnly?>(day.AddDays(later), field, text!, later is 0 ? null : "the day before it was removed is the last") : null;

    /// <summary>The first number in it that is not that of a notice which it acts on.</summary>
    private static Found<string>? NumberOf(IEnumerable<SourceText> texts, IReadOnlyList<ActionFound> acting)
    {
        foreach (var text in texts)
            foreach (var mention in NoticeNumbers.Find(text.Text))
                if (!acting.Any(a => a.Target.Value.Number == mention.Number))
                    return text.Find(mention.Number, mention.At, mention.Length, mention.Rule);
        return null;
    }
}
