using System.Globalization;
using Chokepoint.Contracts;
using Chokepoint.Reference;
using Chokepoint.ServiceDefaults;
using Chokepoint.TradeFlows.Domain;
using Chokepoint.TradeFlows.Profiles;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;

namespace Chokepoint.TradeFlows.Suppliers;

/// <summary><c>GET /suppliers</c>: who supplies an economy with a mineral.</summary>
internal static class SuppliersEndpoint
{
    public static void MapSuppliers(this IEndpointRouteBuilder trade) => trade.MapGet("/suppliers", GetAsync).WithTags("Suppliers").WithName("GetSuppliers")
        .WithSummary("Suppliers of an economy by share, with the concentration's bounds; a basket code's flow is marked as the basket's.");

    private static async Task<Results<Ok<SuppliersView>, ProblemHttpResult>> GetAsync(
        string? importer, string? mineral, string? year, string? stage, NpgsqlDataSource database, CancellationToken cancellationToken)
    {
        if (Check(importer, mineral, year, stage, out var question) is { Count: > 0 } errors) return Problems.Invalid(errors);
        var sets = ProfileCodes.Of(question.Mineral).Where(s => question.Stage is null || s.Stage == question.Stage).ToList();
        if (sets.Count == 0) return Problems.NotFound($"No traded code is known for {question.Mineral}{StageWords(question.Stage)}.");
        if (!TradeAreas.TryGetNumber(question.Importer, out var reporter)) return NothingReported(question);

        string[] codes = [.. sets.SelectMany(s => s.Codes).Select(c => c.Hs6).Distinct(StringComparer.Ordinal)];
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var sources = await ReportedFlows.SourcesAsync(connection, cancellationToken);
        var imports = await ReportedFlows.OfYearAndMonthsAsync(connection, reporter, question.Year, codes, sources, cancellationToken);
        var mirror = await ReportedFlows.ToImporterAsync(connection, reporter, question.Year, codes, sources, cancellationToken);
        short[] byMonth = [.. imports.Concat(mirror).Where(f => !TradePeriod.IsYear(f.Period)).Select(f => f.Reporter).Distinct()];
        var reports = new YearReports(
            question.Importer, question.Year, imports, mirror,
            await ReportedFlows.ExportsAsync(connection, reporter, question.Year, codes, sources, cancellationToken), sources,
            await MonthlyFlows.ReportedInYearAsync(connection, byMonth, question.Year, codes, sources, cancellationToken));
        var profiles = sets.Select(set => StageProfiles.Of(reports, set)).OfType<StageProfile>().ToList();
        return profiles.Count == 0 ? NothingReported(question) : TypedResults.Ok(SuppliersView.Of(question.Year, profiles));
    }

    private static ProblemHttpResult NothingReported(Question question) => Problems.NotFound(
        $"No imports of {question.Mineral}{StageWords(question.Stage)} by {question.Importer} in {question.Year} have been reported here; import them first.");

    private static string StageWords(Stage? stage) => stage is { } s ? $" at the stage {StageNames.Of(s)}" : "";

    private static Dictionary<string, string[]> Check(string? importer, string? mineral, string? year, string? stage, out Question question)
    {
        var errors = new Dictionary<string, string[]>(StringComparer.Ordinal);
        if (importer is null || !Economies.TryGet(importer, out _))
            errors["/importer"] = ["importer must be an economy's ISO 3166-1 alpha-3 code or EU27."];
        if (mineral is null || !Minerals.TryGet(mineral, out _)) errors["/mineral"] = ["mineral must be the slug of a known mineral."];
        if (!int.TryParse(year, NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number is < 1962 or > 9999)
            errors["/year"] = ["year must be a year from 1962 on."];
        Stage? at = null;
        if (stage is not null && (at = StageNames.Parse(stage)) is null) errors["/stage"] = ["stage must be extraction, processing or component."];
        question = new Question(importer ?? "", mineral ?? "", number, at);
        return errors;
    }

    private sealed record Question(string Importer, string Mineral, int Year, Stage? Stage);
}
