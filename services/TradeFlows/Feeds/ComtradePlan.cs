using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Chokepoint.TradeFlows.Domain;

namespace Chokepoint.TradeFlows.Feeds;

/// <summary>One reporter's year or month: both directions, all codes, all partners. UN Comtrade takes one period a call.</summary>
internal sealed record ComtradeQuestion(short Reporter, int Period);

/// <summary>A part of a question that one call asks: a direction or both, and codes from one place in the list up to before another.</summary>
/// <param name="Flow"><c>M,X</c>, <c>M</c> or <c>X</c>.</param>
internal sealed record ComtradePart(string Flow, int From, int To)
{
    public const string BothFlows = "M,X";

    /// <summary>Two parts that are this one together; empty when there is nothing left to divide.</summary>
    public IReadOnlyList<ComtradePart> Halves()
    {
        if (To - From > 1)
        {
            var middle = (From + To) / 2;
            return [this with { To = middle }, this with { From = middle }];
        }
        return Flow == BothFlows ? [this with { Flow = "M" }, this with { Flow = "X" }] : [];
    }
}

/// <summary>A part of a question that got no answer, and is asked again when the others have theirs.</summary>
internal sealed record ComtradeLeft(ComtradeQuestion Question, ComtradePart Part);

/// <summary>What is asked in a round, in order: the newest periods first, since they are news. Pure, so that a place in it means the same later.</summary>
internal sealed class ComtradePlan
{
    private readonly ComtradeSettings _settings;
    private readonly IReadOnlyList<short> _reporters;

    public ComtradePlan(ComtradeSettings settings)
    {
        (_settings, Codes, _reporters) = (settings, settings.AskedCodes(), settings.AskedReporters());
        var text = string.Create(CultureInfo.InvariantCulture, $"{string.Join(',', _reporters)};{string.Join(',', Codes)};{settings.Since};{settings.Annual};{settings.Monthly}");
        Identity = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..16];
    }

    /// <summary>Tells one list of questions from another, so that a place in the one is not taken for a place in the other.</summary>
    public string Identity { get; }

    public IReadOnlyList<string> Codes { get; }

    public ComtradePart Whole => new(ComtradePart.BothFlows, 0, Codes.Count);

    /// <summary>The questions of a round.</summary>
    /// <param name="round">The day it begins: periods that have ended before it are asked for.</param>
    /// <param name="settled">The day the last whole round began: what was old then is not asked for again. Null before there was one.</param>
    public IReadOnlyList<ComtradeQuestion> Questions(DateOnly round, DateOnly? settled)
    {
        var first = new DateOnly(_settings.Since, 1, 1);
        var periods = new List<(DateOnly From, int Period)>();
        if (_settings.Annual)
        {
            var from = settled is { } day ? Later(first, new DateOnly(day.Year - _settings.YearsAgain, 1, 1)) : first;
            for (var year = from; year.AddYears(1) <= round; year = year.AddYears(1)) periods.Add((year, TradePeriod.OfYear(year.Year)));
        }
        if (_settings.Monthly)
        {
            var from = settled is { } day ? Later(first, new DateOnly(day.Year, day.Month, 1).AddMonths(-_settings.MonthsAgain)) : first;
            for (var month = from; month.AddMonths(1) <= round; month = month.AddMonths(1))
                periods.Add((month, TradePeriod.OfMonth(month.Year, month.Month)));
        }
        return
        [
            .. periods.OrderByDescending(p => p.From).ThenBy(p => p.Period)
                .SelectMany(p => _reporters.Select(reporter => new ComtradeQuestion(reporter, p.Period))),
        ];
    }

    private static DateOnly Later(DateOnly a, DateOnly b) => a > b ? a : b;
}
