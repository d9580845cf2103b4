using System.Globalization;
using Chokepoint.Contracts;
using Chokepoint.ExportControls.Domain;

namespace Chokepoint.ExportControls.Tests.Domain;

/// <summary>Real notices: what their clauses are on the days around their dates.</summary>
public class ClauseScheduleTests
{
    [Theory]
    [InlineData("2024-12-03", "in_force", "2024-12-03", "notice")]
    [InlineData("2025-11-08", "in_force", "2024-12-03", "notice")]
    [InlineData("2025-11-09", "suspended", "2025-11-09", "notice")]
    [InlineData("2026-11-27", "suspended", "2025-11-09", "notice")]
    [InlineData("2026-11-28", "in_force", "2026-11-28", "schedule")]
    [InlineData("2030-01-01", "in_force", "2026-11-28", "schedule")]
    public void China_2024_46_clause_2_is_suspended_until_and_including_27_November_2026(string day, string status, string since, string basis) =>
        On(day, Dates("2024-12-03", "2024-12-03"), Suspend("2025-11-09", "2026-11-27")).ShouldBe((status, since, basis));

    [Theory]
    [InlineData("2025-10-09", "announced", "2025-10-09", "notice")]
    [InlineData("2025-11-06", "announced", "2025-10-09", "notice")]
    [InlineData("2025-11-07", "suspended_before_effect", "2025-11-07", "notice")]
    [InlineData("2025-11-08", "suspended_before_effect", "2025-11-07", "notice")]
    [InlineData("2026-11-10", "suspended_before_effect", "2025-11-07", "notice")]
    [InlineData("2026-11-11", "in_force", "2026-11-11", "schedule")]
    public void Chinas_October_2025_set_never_acted_before_its_suspension(string day, string status, string since, string basis) =>
        On(day, Dates("2025-10-09", "2025-11-08"), Suspend("2025-11-07", "2026-11-10")).ShouldBe((status, since, basis));

    [Fact]
    public void A_clause_that_acted_for_a_month_before_its_suspension_is_suspended_not_before_effect() =>
        On("2025-11-07", Dates("2025-10-09", "2025-10-09"), Suspend("2025-11-07", "2026-11-10")).ShouldBe(("suspended", "2025-11-07", "notice"));

    [Theory]
    [InlineData("2025-06-21", "in_force", "2025-02-22", "notice")]
    [InlineData("2025-10-15", "in_force", "2025-02-22", "notice")]
    [InlineData("2025-10-16", "expired", "2025-10-16", "schedule")]
    public void Congos_cobalt_suspension_is_extended_twice_and_ends(string day, string status, string since, string basis) => On(day,
        Dates("2025-02-22", "2025-02-22", "2025-06-21"), Extend("2025-06-22", "2025-09-21"), Extend("2025-09-22", "2025-10-15"))
        .ShouldBe((status, since, basis));

    [Fact]
    public void An_end_that_passes_implies_what_no_document_says() =>
        On("2025-06-22", Dates("2025-02-22", "2025-02-22", "2025-06-21")).ShouldBe(("expired", "2025-06-22", "schedule"));

    [Fact]
    public void An_extension_announced_after_the_end_revives_the_clause_by_notice() => On("2025-07-01",
        Dates("2025-02-22", "2025-02-22", "2025-06-21"), Extend("2025-07-01", "2025-09-21")).ShouldBe(("in_force", "2025-07-01", "notice"));

    [Fact]
    public void An_extension_while_suspended_prolongs_the_suspension() => On("2026-11-28",
        Dates("2024-12-03", "2024-12-03"), Suspend("2025-11-09", "2026-11-27"), Extend("2026-11-20", "2027-11-27"))
        .ShouldBe(("suspended", "2025-11-09", "notice"));

    [Theory]
    [InlineData("2026-03-31", "suspended", "2025-11-09", "notice")]
    [InlineData("2026-04-01", "in_force", "2026-04-01", "notice")]
    [InlineData("2026-11-28", "in_force", "2026-04-01", "notice")]
    public void A_resumption_ends_the_suspension_that_runs_and_is_stated(string day, string status, string since, string basis) => On(day,
        Dates("2024-12-03", "2024-12-03"), Suspend("2025-11-09", "2026-11-27"), new ActionOnClause(ActionKind.Resume, Day("2026-04-01"), null))
        .ShouldBe((status, since, basis));

    [Fact]
    public void An_amended_clause_is_superseded_from_that_day_and_a_repealed_one_withdrawn()
    {
        On("2023-01-06", Dates("2022-12-20", "2022-12-20"), new ActionOnClause(ActionKind.Amend, Day("2023-01-06"), null))
            .ShouldBe(("superseded", "2023-01-06", "notice"));
        On("2025-06-10", Dates("2025-02-01", "2025-12-01"), new ActionOnClause(ActionKind.Repeal, Day("2025-06-10"), null))
            .ShouldBe(("withdrawn", "2025-06-10", "notice"));
    }

    [Fact]
    public void A_suspension_that_lapses_before_the_clause_is_due_leaves_it_announced()
    {
        var dates = Dates("2025-01-01", "2025-12-01");
        On("2025-03-01", dates, Suspend("2025-02-01", "2025-03-31")).ShouldBe(("suspended_before_effect", "2025-02-01", "notice"));
        On("2025-04-01", dates, Suspend("2025-02-01", "2025-03-31")).ShouldBe(("announced", "2025-04-01", "schedule"));
        On("2025-12-01", dates, Suspend("2025-02-01", "2025-03-31")).ShouldBe(("in_force", "2025-12-01", "notice"));
    }

    private static (string Status, string Since, string Basis) On(string day, ClauseDates dates, params ActionOnClause[] actions)
    {
        var interval = ClauseSchedule.On(ClauseSchedule.Of(dates, actions), Day(day));
        return (Name(interval.Status), interval.From.ToString("O", CultureInfo.InvariantCulture), Name(interval.Basis));
    }

    private static ClauseDates Dates(string announced, string from, string? until = null) =>
        new(Day(announced), Day(from), until is null ? null : Day(until));

    private static ActionOnClause Suspend(string from, string until) => new(ActionKind.Suspend, Day(from), Day(until));

    private static ActionOnClause Extend(string from, string until) => new(ActionKind.Extend, Day(from), Day(until));

    private static DateOnly Day(string text) => DateOnly.ParseExact(text, "O", CultureInfo.InvariantCulture);

    private static string Name<T>(T value) => System.Text.Json.JsonSerializer.Serialize(value, EventJson.Options).Trim('"');
}
