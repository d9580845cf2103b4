namespace Chokepoint.TradeFlows.Domain;

/// <summary>
/// Herfindahl-Hirschman index of shares, 0..10,000, with both bounds of what partners without a name can hide.
/// </summary>
/// <param name="Hhi">Of the named suppliers, their shares being of the whole.</param>
/// <param name="Low">The residual spread thin over many: adds nothing, so the same as <paramref name="Hhi"/>.</param>
/// <param name="High">The residual as one supplier.</param>
/// <param name="Residual">The part of no named supplier, 0..1.</param>
internal sealed record Concentration(double Hhi, double Low, double High, double Residual)
{
    private const double FullScale = 10_000;

    /// <param name="shares">Of the named suppliers, as fractions of the whole; they add up to at most 1.</param>
    public static Concentration Of(IEnumerable<double> shares)
    {
        double squares = 0, sum = 0;
        foreach (var share in shares)
        {
            squares += share * share;
            sum += share;
        }
        var residual = Math.Max(0, 1 - sum);
        if (residual < 1e-9) residual = 0; // rounding of the sum, not a supplier
        return new Concentration(squares * FullScale, squares * FullScale, (squares + residual * residual) * FullScale, residual);
    }
}
