using Chokepoint.Contracts;
using Chokepoint.Imports;
using Chokepoint.Reference;
using Chokepoint.Reference.Importing;
using Chokepoint.RiskScoring.Supply;
using Chokepoint.ServiceDefaults;

namespace Chokepoint.RiskScoring.FigureImports;

/// <summary>Which figures to list.</summary>
internal sealed record FigureFilter(string? Kind, string? Mineral, string? Stage, string? Economy, string? Vintage);

/// <summary>A layout of a publisher that can be imported.</summary>
internal sealed record FigureFormatLine(string Format, string Describes);

/// <summary>The figures behind the scores, of every edition, and the import of newer ones.</summary>
internal static class FigureEndpoints
{
    public static void AddFigureImports(this IHostApplicationBuilder builder)
    {
        builder.AddImports<Figure, FigureTarget>();
        builder.Services.AddSingleton<FiguresSignal>();
        foreach (var importer in FigureImporters.All) builder.Services.AddSingleton<IImportFormat<Figure>>(new FigureFormat(importer));
    }

    public static void MapFigures(this RouteGroupBuilder api)
    {
        var figures = api.MapGroup("/figures");
        figures.MapGet("/", List).WithName("ListFigures").WithSummary("The reference figures of every edition, each with source and vintage")
            .WithDescription("Filters: kind, mineral, stage, economy, vintage. Of two editions the newer is scored with; both are here.")
            .Produces<Page<Figure>>();
        figures.MapGet("/formats", () => TypedResults.Ok(new Page<FigureFormatLine>([.. FigureImporters.All.Select(i => new FigureFormatLine(i.Name, i.Describes))], null)))
            .WithName("ListFigureFormats").WithSummary("The layouts of publishers' files that can be imported");
        figures.MapImports<Figure>(Scopes.Ops);
    }

    private static IResult List([AsParameters] FigureFilter filter, PageRequest page, SupplyBook book)
    {
        FigureKind kind = default;
        var errors = new Dictionary<string, string[]>(StringComparer.Ordinal);
        if (filter.Kind is not null && !FigureKinds.TryParse(filter.Kind, out kind)) errors["/kind"] = [$"Must be one of {string.Join(", ", Enum.GetValues<FigureKind>().Select(k => k.NameOf()))}."];
        if (filter.Mineral is not null && !Reference.Minerals.TryResolve(filter.Mineral, out _)) errors["/mineral"] = ["Is no mineral; see /api/risk/minerals."];
        if (filter.Economy is not null && !Economies.TryGet(filter.Economy, out _)) errors["/economy"] = ["Is no economy known here."];
        if (filter.Stage is not (null or "extraction" or "processing" or "component")) errors["/stage"] = ["Must be one of extraction, processing, component."];
        if (errors.Count > 0) return Problems.Invalid(errors);

        var from = page.After<int>();
        var chosen = (filter.Mineral is { } mineral ? book.Figures.ByMineral[mineral] : book.Figures.All)
            .Where(f => (filter.Kind is null || f.Kind == kind) && (filter.Stage is null || f.Stage?.ToString().Equals(filter.Stage, StringComparison.OrdinalIgnoreCase) == true)
                && (filter.Economy is null || f.Economy == filter.Economy) && (filter.Vintage is null || f.Vintage == filter.Vintage));
        var shown = FigureOrder.Sort(chosen).Index().Skip(from).Take(page.Take).ToList();
        var part = Page.From(shown, page, f => f.Index + 1);
        return TypedResults.Ok(new Page<Figure>([.. part.Items.Select(f => f.Item)], part.NextCursor));
    }
}
