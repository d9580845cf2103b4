namespace Chokepoint.RiskScoring.Supply;

/// <summary>One recorded fact under a score, as an answer shows it.</summary>
/// <param name="Type"><c>producer-share</c>, <c>import-share</c>, <c>import-reliance</c>, <c>governance</c>, <c>recycling-rate</c>, <c>substitution</c>, <c>control</c>.</param>
/// <param name="Label">In words: <c>CHN 98.9 % of primary output</c>.</param>
/// <param name="Value">As the label has it, percent as percent; null where nothing is known.</param>
/// <param name="Vintage">The edition of the source.</param>
internal sealed record Evidence(string Type, string Label, string? Economy, double? Value, string Source, string Vintage, string? Note = null);
