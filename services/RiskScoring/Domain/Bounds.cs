using System.Runtime.InteropServices;

namespace Chokepoint.RiskScoring.Domain;

/// <summary>A figure with the least and the most it can be, given what is not known. <c>Low ≤ Value ≤ High</c>.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct Bounds(double Value, double Low, double High)
{
    public static Bounds Exactly(double value) => new(value, value, value);

    public static Bounds operator +(Bounds a, Bounds b) => new(a.Value + b.Value, a.Low + b.Low, a.High + b.High);

    /// <summary>Both not negative, as every figure of the method is.</summary>
    public static Bounds operator *(Bounds a, Bounds b) => new(a.Value * b.Value, a.Low * b.Low, a.High * b.High);

    public Bounds Complement() => new(1 - Value, 1 - High, 1 - Low);

    public bool IsExact => Low.Equals(High);
}
