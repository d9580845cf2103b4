using System.Net;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Chokepoint.Gateway.Tests.Reference;

public sealed record Thing(string Name, Thing? Part);

public sealed class ReferenceTests
{
    [Fact]
    public async Task One_document_holds_every_services_operations_and_its_references_lead_somewhere()
    {
        await using var controls = await Backend.StartAsync("controls", api => api.MapGet("/things", () => TypedResults.Ok(new Thing("a", null))));
        await using var risk = await Backend.StartAsync("risk", api => api.MapPost("/things", (Thing thing) => TypedResults.Ok(thing)));
        await using var gateway = RunningGateway.Start(("controls", [controls.Address]), ("risk", [risk.Address]), ("trade", [Backend.Nobody()]));

        using var answer = await gateway.Client.GetAsync("/docs/openapi.json");
        var document = await answer.JsonAsync();
        document["openapi"]!.GetValue<string>().ShouldStartWith("3.1");
        document["paths"]!.AsObject().Select(path => path.Key).Where(path => !path.StartsWith("/api/ops", StringComparison.Ordinal)).ShouldBe(["/api/controls/things", "/api/risk/things"]);
        document["paths"]!["/api/risk/things"]!["post"]!["tags"]![0]!.GetValue<string>().ShouldBe("Risk scoring");
        var schemas = document["components"]!["schemas"]!.AsObject();
        var text = document.ToJsonString();
        foreach (var target in Regex.Matches(text, "\"#/components/schemas/(?<name>[^\"]+)\"", RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1)).Select(match => match.Groups["name"].Value))
            schemas.ContainsKey(target).ShouldBeTrue(target);
        schemas.ContainsKey("risk.Thing").ShouldBeTrue();
        document["tags"]!.AsArray().Single(tag => tag!["name"]!.GetValue<string>() == "Trade flows")!["description"]!.GetValue<string>().ShouldContain("does not answer");
    }

    [Fact]
    public async Task A_services_own_document_is_open_to_all_and_is_3_1()
    {
        await using var controls = await Backend.StartAsync("controls", api => api.MapGet("/things", () => TypedResults.Ok(new Thing("a", null))));
        await using var gateway = RunningGateway.Start(("controls", [controls.Address]));
        using var answer = await gateway.Client.GetAsync("/api/controls/openapi.json");
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        var document = await answer.JsonAsync();
        document["openapi"]!.GetValue<string>().ShouldStartWith("3.1");
        document["components"]!["securitySchemes"]!["key"]!["scheme"]!.GetValue<string>().ShouldBe("bearer");
        document["paths"]!["/api/controls/things"]!["get"]!["responses"]!.AsObject().ContainsKey("401").ShouldBeTrue();
    }

    [Fact]
    public async Task The_reference_page_and_everything_it_loads_is_served_here()
    {
        await using var gateway = RunningGateway.Start();
        using var root = await gateway.Client.GetAsync("/");
        root.StatusCode.ShouldBe(HttpStatusCode.Redirect);
        root.Headers.Location!.ToString().ShouldBe("/docs");
        var page = await gateway.Client.GetStringAsync("/docs/index.html");
        page.ShouldNotContain("https://");
        foreach (var part in Regex.Matches(page, "(?:src|href)=\"\\./(?<name>[^\"]+)\"", RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1)).Select(match => match.Groups["name"].Value))
        {
            using var loaded = await gateway.Client.GetAsync("/docs/" + part);
            loaded.StatusCode.ShouldBe(HttpStatusCode.OK, part);
        }
    }

    [Fact]
    public async Task Every_problem_type_of_ours_leads_to_a_page()
    {
        await using var gateway = RunningGateway.Start();
        foreach (var kind in ServiceDefaults.ProblemKind.All)
            (await gateway.Client.GetStringAsync(kind.Type)).ShouldContain(kind.Status.ToString(System.Globalization.CultureInfo.InvariantCulture));
        using var unknown = await gateway.Client.GetAsync("/problems/nonsense");
        await unknown.ProblemAsync(404, "not-found");
    }
}
