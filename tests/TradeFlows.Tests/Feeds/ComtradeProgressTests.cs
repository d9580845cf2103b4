using Chokepoint.TradeFlows.Domain;
using Chokepoint.TradeFlows.Feeds;

namespace Chokepoint.TradeFlows.Tests.Feeds;

/// <summary>What is asked, in which round, and what of the quota is spent: no I/O.</summary>
public sealed class ComtradeProgressTests
{
    private static readonly ComtradeSettings Settings = new()
    {
        Reporters = "CHN", Codes = "250410,811292,811020", Since = 2020, YearsAgain = 2, MonthsAgain = 3, Calls = 2, CallsPer = TimeSpan.FromDays(31),
    };

    private static readonly ComtradePlan Plan = new(Settings);
    private static readonly IReadOnlyList<ComtradeQuestion> Asked = [new(156, 202602), new(156, 202601)];
    private static readonly DateTimeOffset Now = new(2026, 3, 15, 9, 0, 0, TimeSpan.Zero);

    [Fact]
    public void The_first_round_asks_every_period_that_is_over_the_newest_first_and_the_next_the_newest_alone()
    {
        var first = Plan.Questions(new DateOnly(2026, 3, 15), settled: null).Select(q => q.Period).ToList();
        first.Count.ShouldBe(6 + 6 * 12 + 2);
        first[..3].ShouldBe([202602, 202601, 202512]);
        first[^1].ShouldBe(202001);

        Plan.Questions(new DateOnly(2026, 4, 1), settled: new DateOnly(2026, 3, 15)).Select(q => q.Period)
            .ShouldBe([202603, 202602, 202601, 202512, 202500, 202400]);
    }

    [Fact]
    public void After_years_switched_off_no_period_between_is_left_out()
    {
        var periods = Plan.Questions(new DateOnly(2029, 2, 1), settled: new DateOnly(2026, 3, 15)).Select(q => q.Period).ToList();

        periods.Where(p => !TradePeriod.IsYear(p)).Min().ShouldBe(202512);
        periods.Count(p => !TradePeriod.IsYear(p)).ShouldBe(1 + 3 * 12 + 1);
        periods.Where(TradePeriod.IsYear).ShouldBe([202800, 202700, 202600, 202500, 202400]);
    }

    [Fact]
    public void A_part_divides_by_codes_then_by_direction_and_no_further()
    {
        Plan.Whole.Halves().ShouldBe([new ComtradePart("M,X", 0, 1), new ComtradePart("M,X", 1, 3)]);
        new ComtradePart("M,X", 1, 2).Halves().ShouldBe([new ComtradePart("M", 1, 2), new ComtradePart("X", 1, 2)]);
        new ComtradePart("X", 1, 2).Halves().ShouldBeEmpty();
    }

    [Fact]
    public void Parts_are_asked_one_by_one_before_the_next_question_and_the_cursor_brings_all_of_it_back()
    {
        var progress = ComtradeProgress.Of(null, Plan, Now).Divided(Asked, Plan.Whole.Halves());
        progress = ComtradeProgress.Of(progress.Answered(Asked).Write(), Plan, Now.AddDays(1));

        (progress.Done, progress.Next(Plan, Asked)).ShouldBe((0, new ComtradeLeft(Asked[0], new ComtradePart("M,X", 1, 3))));
        progress = progress.Answered(Asked);
        (progress.Done, progress.Next(Plan, Asked)).ShouldBe((1, new ComtradeLeft(Asked[1], Plan.Whole)));
    }

    [Fact]
    public void What_got_no_answer_is_asked_again_after_the_round_s_questions_and_the_one_that_failed_last_comes_last()
    {
        var progress = ComtradeProgress.Of(null, Plan, Now).Passed(Plan, Asked).Passed(Plan, Asked);
        progress = ComtradeProgress.Of(progress.Write(), Plan, Now);

        progress.IsAtLeft(Asked).ShouldBeTrue();
        progress = progress.Passed(Plan, Asked);
        progress.Next(Plan, Asked).ShouldBe(new ComtradeLeft(Asked[1], Plan.Whole));
        progress = progress.Divided(Asked, Plan.Whole.Halves()).Answered(Asked);
        progress.Left.ShouldBe([new ComtradeLeft(Asked[1], new ComtradePart("M,X", 1, 3)), new ComtradeLeft(Asked[0], Plan.Whole)]);
    }

    [Fact]
    public void What_a_round_asks_whole_again_is_left_no_more_and_what_it_does_not_ask_stays()
    {
        var (old, recent) = (new ComtradeQuestion(156, 202001), new ComtradeQuestion(156, 202602));
        var left = ComtradeProgress.Of(null, Plan, Now) with { Done = 80, Left = [new(recent, Plan.Whole), new(old, Plan.Whole), new(recent, new("M", 0, 1))] };

        var next = left.Begin(Plan, TimeSpan.FromDays(7), Now.AddDays(7));

        next.Left.ShouldBe([new ComtradeLeft(old, Plan.Whole)]);
        var questions = Plan.Questions(next.Round, next.Settled);
        questions[0].ShouldBe(recent);
        next.Passed(Plan, questions).Left.ShouldBe([new ComtradeLeft(old, Plan.Whole), new ComtradeLeft(recent, Plan.Whole)]);
    }

    [Fact]
    public void Other_questions_begin_anew_and_calls_that_were_made_stay_made()
    {
        var progress = ComtradeProgress.Of(null, Plan, Now).Calling(Settings, Now).Answered(Asked);

        var other = ComtradeProgress.Of(progress.Write(), new ComtradePlan(Settings with { Reporters = "CHN,USA" }), Now);

        (other.Done, other.Calls, other.CountingFrom).ShouldBe((0, 1, Now));
    }

    [Fact]
    public void Calls_are_counted_in_windows_and_a_round_begins_no_sooner_than_it_is_due()
    {
        var spent = ComtradeProgress.Of(null, Plan, Now).Calling(Settings, Now).Calling(Settings, Now);
        spent.MayCall(Settings, Now.AddDays(30)).ShouldBeFalse();
        spent.MayCall(Settings, Now.AddDays(31)).ShouldBeTrue();
        spent.Calling(Settings, Now.AddDays(31)).Calls.ShouldBe(1);

        var over = spent with { Done = 80 };
        over.Begin(Plan, TimeSpan.FromDays(7), Now.AddDays(6)).ShouldBe(over);
        (over with { Done = 79 }).Begin(Plan, TimeSpan.FromDays(7), Now.AddDays(8)).Done.ShouldBe(79);
        var next = over.Begin(Plan, TimeSpan.FromDays(7), Now.AddDays(7));
        (next.Done, next.Settled, next.Round).ShouldBe((0, new DateOnly(2026, 3, 15), new DateOnly(2026, 3, 22)));
    }

    [Fact]
    public void A_reporter_that_is_no_economy_is_refused_by_name() =>
        Should.Throw<InvalidOperationException>(() => new ComtradePlan(Settings with { Reporters = "CHN,XXX" })).Message.ShouldContain("XXX");
}
