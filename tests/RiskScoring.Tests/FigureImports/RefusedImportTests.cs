using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Chokepoint.RiskScoring.Tests.Support;
using Chokepoint.Testing.Servers;

namespace Chokepoint.RiskScoring.Tests.FigureImports;

/// <summary>Files that are not what they say: refused whole, with the reason, and nothing of them is stored.</summary>
public sealed class RefusedImportTests(RefusedImportTests.Scene scene) : IClassFixture<RefusedImportTests.Scene>
{
    private const string Columns = "kind,mineral,stage,form,economy,counterpart,value,low,high,unit,operator,year,vintage,source,note\n";

    private RiskService Risk => scene.Risk;

    [Theory]
    [InlineData("usgs-mcs-long", "a,b,c\n1,2,3\n", "MCS chapter")]
    [InlineData("wgi-long", "<html><body>Not found</body></html>", "web page")]
    [InlineData("usgs-mcs-world", "Source,Country,Type,Prod_t_2024\nMCS2025,China,Mine,5\n", "does not say which edition")]
    [InlineData("figures", Columns, "no figure")]
    public async Task A_file_of_another_layout_is_refused_whole(string format, string body, string why)
    {
        var job = await Support.FigureImports.SendAsync(Risk, format, body);

        job.GetProperty("state").GetString().ShouldBe("rejected");
        job.GetProperty("error").GetProperty("detail").GetString()!.ShouldContain(why);
        (await Risk.CountAsync("SELECT count(*) FROM figures")).ShouldBe(0);
    }

    [Fact]
    public async Task An_unknown_format_or_parameter_is_refused_by_name()
    {
        using var one = new StringContent(Columns);
        (await Risk.Http.PostAsync("/api/risk/figures/imports?format=xlsx", one)).StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
        using var two = new StringContent(Columns);
        var answer = await Risk.Http.PostAsync("/api/risk/figures/imports?format=figures&file=x.csv", two);
        answer.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
        (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("errors").TryGetProperty("/file", out _).ShouldBeTrue();
        (await Risk.Http.GetAsync("/api/risk/figures?kind=guess")).StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
        (await Risk.GetAsync("/api/risk/figures/formats")).GetProperty("items").GetArrayLength().ShouldBeGreaterThan(10);
    }

    public sealed class Scene(ServersFixture servers) : IAsyncLifetime
    {
        internal RiskService Risk { get; private set; } = null!;

        public async ValueTask InitializeAsync() => Risk = await RiskService.StartAsync(servers);

        public ValueTask DisposeAsync() => Risk.DisposeAsync();
    }
}
