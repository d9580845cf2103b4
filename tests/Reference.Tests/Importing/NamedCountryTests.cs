using Chokepoint.Reference.Importing;

namespace Chokepoint.Reference.Tests.Importing;

public sealed class NamedCountryTests
{
    [Theory]
    [InlineData("Japane", "JPN")]
    [InlineData("Russiae", "RUS")]
    [InlineData("Russia ", "RUS")]
    [InlineData("Korea, Republic ofe", "KOR")]
    [InlineData("Korea, Republic of", "KOR")]
    [InlineData("Korea, North", "PRK")]
    [InlineData("Congo (Kinshasa)", "COD")]
    [InlineData("Congo, D.R.", "COD")]
    [InlineData("Congo", "COG")]
    [InlineData("Burma", "MMR")]
    [InlineData("Türkiye", "TUR")]
    [InlineData("Turkyie", "TUR")]
    [InlineData("Turkeye", "TUR")]
    [InlineData("Côte d’Ivoire", "CIV")]
    [InlineData("Cote d'Ivoire", "CIV")]
    [InlineData("Brasilia", "BRA")]
    [InlineData("New Caledonia11", "NCL")]
    [InlineData("United\u00A0States1", "USA")]
    [InlineData("Belgium8", "BEL")]
    [InlineData("Greece", "GRC")]
    [InlineData("Ukraine, concentrate", "UKR")]
    [InlineData("Brazil (beneficiated, marketable)", "BRA")]
    [InlineData("The Bahamas", "BHS")]
    public void A_name_is_an_economy(string name, string code) => NamedCountry.Parse(name).Code.ShouldBe(code);

    [Theory]
    [InlineData("Other countries4", NamedAs.Residual)]
    [InlineData("Other Countries", NamedAs.Residual)]
    [InlineData("Other countries (includes crude)", NamedAs.Residual)]
    [InlineData("Other", NamedAs.Residual)]
    [InlineData("World total (rounded) 10", NamedAs.Total)]
    [InlineData("World total (rounded), excluding U.S. production", NamedAs.Total)]
    public void What_is_no_producer_is_none(string name, object named)
    {
        NamedCountry.Parse(name).As.ShouldBe((NamedAs)named);
        NamedCountry.Parse(name).Code.ShouldBeNull();
    }

    [Theory]
    [InlineData("China, Germany, and Russia")]
    [InlineData("United States and Canada")]
    [InlineData("Atlantis")]
    [InlineData("")]
    public void Several_economies_or_none_are_not_guessed(string name) => NamedCountry.Parse(name).As.ShouldBe(NamedAs.Unknown);
}
