using Chokepoint.Contracts;
using Chokepoint.Reference;

namespace Chokepoint.RiskScoring.Tests.Domain;

/// <summary>METHOD.md section 2: HHI of production from MCS 2026, exact, with the residual thin and as one.</summary>
public sealed class ConcentrationTests
{
    [Theory]
    [InlineData("cobalt", Stage.Extraction, 5766, 5773)]
    [InlineData("copper", Stage.Extraction, 1062, 1216)]
    [InlineData("copper", Stage.Processing, 2240, 2310)]
    [InlineData("gallium", Stage.Processing, 9789, 9789)]
    public void Production_of_2024(string mineral, Stage stage, double thin, double one)
    {
        var hhi = Figures.Shipped.Producers(mineral, stage, 2024)!.Concentration;
        Math.Round(hhi.Low).ShouldBe(thin);
        Math.Round(hhi.High).ShouldBe(one);
    }
}
