using Chokepoint.Contracts;

namespace Chokepoint.Reference;

/// <summary>
/// One number from one source, as the source states it. Several vintages of the same figure stay side by side; what is not known is
/// null, never zero.
/// </summary>
/// <param name="Mineral">A slug of <see cref="Minerals"/>, or a group (<c>rare-earths</c>); null for a figure of the economy itself.</param>
/// <param name="Stage">Null where the source makes no difference.</param>
/// <param name="Form">The traded or produced form where the source gives several at one stage; null is the one that stands for the stage.</param>
/// <param name="Economy">The producer, importer or holder; null for the world as a whole.</param>
/// <param name="Counterpart">The supplier or partner of <paramref name="Economy"/>.</param>
/// <param name="Value">
/// In <paramref name="Unit"/>. Null where the source withholds or does not know it. With <c>&gt;</c> or <c>&lt;</c> it is the bound printed.
/// </param>
/// <param name="Low">The least it can be, where the source bounds it.</param>
/// <param name="High">The most it can be.</param>
/// <param name="Operator">
/// How the source censors it: <c>&gt;</c>, <c>&lt;</c>, <c>W</c> withheld, <c>NA</c> not available, <c>XX</c> not applicable, <c>E</c> net
/// exporter (value 0: reliance is clamped to 0..100), <c>s</c> reported under another heading; null for a plain number.
/// </param>
/// <param name="Year">The year it is about; the last one of a range.</param>
/// <param name="Vintage">The edition of the source; of two, the greater by ordinal order is the newer.</param>
/// <param name="Source">The publication, for people.</param>
public sealed record Figure(
    FigureKind Kind,
    string? Mineral,
    Stage? Stage,
    string? Form,
    string? Economy,
    string? Counterpart,
    double? Value,
    double? Low,
    double? High,
    string Unit,
    string? Operator,
    int Year,
    string Vintage,
    string Source,
    string? Note)
{
    /// <summary>The range the value is known to lie in; null on a side that nothing bounds.</summary>
    public (double? Low, double? High) Range => Operator is null && Low is null && High is null ? (Value, Value) : (Low, High);
}
