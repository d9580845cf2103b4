using System.Net;
using Chokepoint.RiskScoring.Tests.Support;

namespace Chokepoint.RiskScoring.Tests.Api;

/// <summary>What is exposed to whom, and the lists behind it with their sources.</summary>
[Collection(nameof(GalliumScene))]
public sealed class ExposureTests(GalliumScene scene)
{
    private RiskService Risk => scene.Risk;

    [Fact]
    public async Task Exposure_names_minerals_and_suppliers_most_exposed_first()
    {
        var exposure = await Risk.GetAsync("/api/risk/exposure/USA");
        var minerals = exposure.GetProperty("minerals").EnumerateArray().ToList();
        minerals.Select(m => m.GetProperty("score").GetDouble()).ShouldBeInOrder(SortDirection.Descending);
        var gallium = minerals.Single(m => m.GetProperty("mineral").GetString() == "gallium");
        gallium.GetProperty("suppliers")[0].GetProperty("supplier").GetString().ShouldBe("CHN");
        gallium.GetProperty("suppliers")[0].GetProperty("severity").GetDouble().ShouldBe(0.428, 0.001);
        exposure.GetProperty("suppliers")[0].GetProperty("supplier").GetString().ShouldBe("CHN");
        (await Risk.Http.GetAsync("/api/risk/exposure/XXX")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task A_supplier_is_asked_what_it_could_hurt_most()
    {
        var hurt = (await Risk.GetAsync("/api/risk/exposure/suppliers/CHN?limit=500")).GetProperty("items").EnumerateArray().ToList();
        hurt.Count.ShouldBeGreaterThan(100);
        hurt.Select(h => h.GetProperty("rise").GetDouble()).ShouldBeInOrder(SortDirection.Descending);
        hurt.ShouldAllBe(h => h.GetProperty("ifStopped").GetDouble() > h.GetProperty("score").GetDouble());
        hurt.ShouldNotContain(h => h.GetProperty("economy").GetString() == "CHN");
        var gallium = (await Risk.GetAsync("/api/risk/exposure/suppliers/CHN?mineral=gallium")).GetProperty("items").EnumerateArray().ToList();
        gallium.ShouldAllBe(h => h.GetProperty("mineral").GetString() == "gallium");
        var union = (await Risk.GetAsync("/api/risk/exposure/suppliers/EU27?limit=500")).GetProperty("items").EnumerateArray().ToList();
        union.ShouldNotBeEmpty("a customs union stops when its members do");
        union.ShouldAllBe(h => Reference.Economies.UnionOf(h.GetProperty("economy").GetString()!) == null);
        (await Risk.Http.GetAsync("/api/risk/exposure/suppliers/XXX")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Sectors_and_claims_carry_their_sources()
    {
        var sectors = (await Risk.GetAsync("/api/risk/sectors?economy=USA")).GetProperty("items").EnumerateArray().ToList();
        sectors.ShouldContain(s => s.GetProperty("sector").GetString() == "semiconductors");
        sectors.SelectMany(s => s.GetProperty("minerals").EnumerateArray()).ShouldAllBe(m => m.GetProperty("source").GetString()!.Length > 0);
        var claims = (await Risk.GetAsync("/api/risk/claims?mineral=gallium")).GetProperty("items").EnumerateArray().ToList();
        claims.Count.ShouldBeGreaterThan(1);
        claims.ShouldAllBe(c => c.GetProperty("source").GetString()!.Length > 0);
    }

    [Fact]
    public async Task Producers_minerals_economies_and_methods_are_listed_with_sources()
    {
        var producers = (await Risk.GetAsync("/api/risk/minerals/cobalt/producers")).GetProperty("items");
        producers.EnumerateArray().Select(p => p.GetProperty("stage").GetString()).ShouldBe(["extraction", "processing"]);
        producers[0].GetProperty("producers")[0].GetProperty("economy").GetString().ShouldBe("COD");
        producers[0].GetProperty("hhi").GetProperty("low").GetDouble().ShouldBe(5766);
        (await Risk.GetAsync("/api/risk/minerals")).GetProperty("items").GetArrayLength().ShouldBe(Reference.Minerals.All.Count);
        (await Risk.GetAsync("/api/risk/economies")).GetProperty("items").GetArrayLength().ShouldBeGreaterThanOrEqualTo(40);
        var methods = (await Risk.GetAsync("/api/risk/methods")).GetProperty("items");
        methods[0].GetProperty("parameters").GetProperty("severities").GetProperty("prohibition").GetDouble().ShouldBe(0.95);
        var market = methods[0].GetProperty("parameters").GetProperty("market");
        market.GetProperty("spreadFloor").GetDouble().ShouldBe(0.02);
        foreach (var name in (string[])["scenarioSpread", "monthlySpreadFloor"]) market.GetProperty(name).GetDouble().ShouldBe(0.05);
        var runs = (await Risk.GetAsync("/api/risk/methods/eu-supply-risk/runs/2023")).GetProperty("items").EnumerateArray().ToList();
        runs.Single(r => r.GetProperty("mineral").GetString() == "natural-graphite").GetProperty("supplyRisk").GetDouble().ShouldBe(1.80, 0.1);
    }
}
