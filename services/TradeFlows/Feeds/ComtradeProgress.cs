using System.Text.Json;
using Chokepoint.Contracts;

namespace Chokepoint.TradeFlows.Feeds;

/// <summary>How far the questions have come and what of the quota is spent: the feed's cursor, so that it outlives the process.</summary>
/// <param name="Plan">Whose list of questions it is a place in.</param>
/// <param name="Round">The day the round began.</param>
/// <param name="Settled">The day the last whole round began.</param>
/// <param name="Done">Questions of the round that are answered whole.</param>
/// <param name="Open">Parts of the question after those that are still to be asked; empty when it is asked whole.</param>
/// <param name="CountingFrom">When the window began that <paramref name="Calls"/> were made in.</param>
internal sealed record ComtradeProgress(
    string Plan, DateOnly Round, DateOnly? Settled, int Done, IReadOnlyList<ComtradePart> Open, DateTimeOffset CountingFrom, int Calls)
{
    /// <summary>What was asked in this round or an earlier one and got no answer, the longest not asked first.</summary>
    public IReadOnlyList<ComtradeLeft> Left { get; init; } = [];

    /// <summary>From the cursor, or from the beginning when there is none or the questions are others now; the quota spent stays spent.</summary>
    public static ComtradeProgress Of(string? cursor, ComtradePlan plan, DateTimeOffset now)
    {
        var known = cursor is null ? null : JsonSerializer.Deserialize<ComtradeProgress>(cursor, EventJson.Options);
        var today = DateOnly.FromDateTime(now.UtcDateTime);
        if (known is null) return new ComtradeProgress(plan.Identity, today, null, 0, [], now, 0);
        return known.Plan == plan.Identity ? known : new ComtradeProgress(plan.Identity, today, null, 0, [], known.CountingFrom, known.Calls);
    }

    public string Write() => JsonSerializer.Serialize(this, EventJson.Options);

    /// <summary>The next round, when this one is over and another is due. What was left of a question that it asks whole goes with it.</summary>
    public ComtradeProgress Begin(ComtradePlan plan, TimeSpan every, DateTimeOffset now)
    {
        if (Done < plan.Questions(Round, Settled).Count || now.UtcDateTime < Round.ToDateTime(TimeOnly.MinValue) + every) return this;
        var next = this with { Round = DateOnly.FromDateTime(now.UtcDateTime), Settled = Round, Done = 0, Open = [] };
        var asked = plan.Questions(next.Round, next.Settled).ToHashSet();
        return next with { Left = [.. Left.Where(left => !asked.Contains(left.Question))] };
    }

    /// <summary>Whether another call may be made, in this window or in a new one.</summary>
    public bool MayCall(ComtradeSettings settings, DateTimeOffset now) => Calls < settings.Calls || now - CountingFrom >= settings.CallsPer;

    /// <summary>With a call that is about to be made: a process that dies over it has spent it all the same.</summary>
    public ComtradeProgress Calling(ComtradeSettings settings, DateTimeOffset now) =>
        now - CountingFrom >= settings.CallsPer ? this with { CountingFrom = now, Calls = 1 } : this with { Calls = Calls + 1 };

    /// <summary>Whether the round's own questions have had their turn, so that <see cref="Next"/> is the first of those left.</summary>
    public bool IsAtLeft(IReadOnlyList<ComtradeQuestion> questions) => Done >= questions.Count;

    public ComtradeLeft Next(ComtradePlan plan, IReadOnlyList<ComtradeQuestion> questions) =>
        IsAtLeft(questions) ? Left[0] : new ComtradeLeft(questions[Done], Open.Count > 0 ? Open[0] : plan.Whole);

    /// <summary>The next part has its answer.</summary>
    public ComtradeProgress Answered(IReadOnlyList<ComtradeQuestion> questions) =>
        IsAtLeft(questions) ? this with { Left = [.. Left.Skip(1)] }
        : Open.Count > 1 ? this with { Open = [.. Open.Skip(1)] }
        : this with { Done = Done + 1, Open = [] };

    /// <summary>The next part got no answer, and will get none by asking at once again.</summary>
    public ComtradeProgress Passed(ComtradePlan plan, IReadOnlyList<ComtradeQuestion> questions)
    {
        var passed = Next(plan, questions);
        var on = Answered(questions);
        return on with { Left = [.. on.Left, passed] };
    }

    /// <summary>The next part has more of an answer than fits, and is asked as these.</summary>
    public ComtradeProgress Divided(IReadOnlyList<ComtradeQuestion> questions, IReadOnlyList<ComtradePart> halves) => IsAtLeft(questions)
        ? this with { Left = [.. halves.Select(half => Left[0] with { Part = half }), .. Left.Skip(1)] }
        : this with { Open = [.. halves, .. Open.Skip(1)] };
}
