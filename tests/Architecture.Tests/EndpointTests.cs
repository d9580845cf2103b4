using System.Net;
using System.Reflection;
using Chokepoint.Testing.Servers;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.Extensions.DependencyInjection;

namespace Chokepoint.Architecture.Tests;

/// <summary>Reads the endpoints of each service as it runs, on its own database and the real broker.</summary>
public sealed class EndpointTests(ServersFixture servers)
{
    public static TheoryData<string, string> Areas => new()
    {
        { "ExportControls", "controlsdb" },
        { "MarketPrices", "pricesdb" },
        { "TradeFlows", "tradedb" },
        { "RiskScoring", "riskdb" },
        { "Notifications", "notificationsdb" },
    };

    [Theory]
    [MemberData(nameof(Areas))]
    public async Task Every_endpoint_has_a_name_and_a_summary_and_asks_for_a_key_unless_it_says_that_it_is_open(string service, string database)
    {
        var faults = await CheckAsync(service, database);

        faults.ShouldBeEmpty();
    }

    private static IEnumerable<string> UndescribedParts(RouteEndpoint endpoint)
    {
        if (endpoint.Metadata.GetMetadata<IEndpointNameMetadata>() is null) yield return $"{Describe(endpoint)}: has no name";
        if (endpoint.Metadata.GetMetadata<IEndpointSummaryMetadata>() is null) yield return $"{Describe(endpoint)}: has no summary";
    }

    private static async Task<string?> OpenDoorAsync(RouteEndpoint endpoint, HttpClient anonymous)
    {
        if (endpoint.Metadata.GetMetadata<IAllowAnonymous>() is not null) return null;
        var path = string.Concat(endpoint.RoutePattern.PathSegments.Select(segment => "/" + string.Concat(segment.Parts.Select(Filled))));
        using var request = new HttpRequestMessage(new HttpMethod(Method(endpoint)), path);
        using var answer = await anonymous.SendAsync(request);
        return answer.StatusCode == HttpStatusCode.Unauthorized ? null : $"{Describe(endpoint)}: answers {(int)answer.StatusCode} to a caller without a key";
    }

    private static string Filled(RoutePatternPart part) => part switch
    {
        RoutePatternLiteralPart literal => literal.Content,
        RoutePatternSeparatorPart separator => separator.Content,
        RoutePatternParameterPart parameter when parameter.ParameterPolicies.Any(policy => policy.Content == "guid") => Guid.NewGuid().ToString(),
        RoutePatternParameterPart parameter when parameter.ParameterPolicies.Any(policy => policy.Content is "int" or "long") => "1",
        _ => "x",
    };

    private static string Method(RouteEndpoint endpoint) => endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods[0] ?? "GET";

    private static string Describe(RouteEndpoint endpoint) => $"{Method(endpoint)} {endpoint.RoutePattern.RawText}";

    private Task<IReadOnlyList<string>> CheckAsync(string service, string database)
    {
        var program = Assembly.Load(new AssemblyName(service)).EntryPoint!.DeclaringType!;
        var check = typeof(EndpointTests).GetMethod(nameof(CheckAsync), 1, BindingFlags.NonPublic | BindingFlags.Instance, [typeof(string)])!;
        return (Task<IReadOnlyList<string>>)check.MakeGenericMethod(program).Invoke(this, [database])!;
    }

    private async Task<IReadOnlyList<string>> CheckAsync<TProgram>(string database)
        where TProgram : class
    {
        var connection = await servers.CreateDatabaseAsync();
        var broker = await servers.CreateBrokerAsync();
        await using var service = new WebApplicationFactory<TProgram>().WithWebHostBuilder(host => host
            .UseSetting($"ConnectionStrings:{database}", connection)
            .UseSetting("ConnectionStrings:broker", broker)
            .UseSetting("Keys:Ops", "test-ops-key"));

        // The service's own document is not a part of itself.
        using var anonymous = service.CreateClient();
        var endpoints = service.Services.GetRequiredService<EndpointDataSource>().Endpoints
            .OfType<RouteEndpoint>()
            .Where(endpoint => endpoint.RoutePattern.RawText!.StartsWith("/api/", StringComparison.Ordinal))
            .Where(endpoint => !endpoint.RoutePattern.RawText!.EndsWith("/openapi.json", StringComparison.Ordinal))
            .ToArray();
        endpoints.ShouldNotBeEmpty();
        var faults = endpoints.SelectMany(UndescribedParts).ToList();
        foreach (var endpoint in endpoints)
        {
            if (await OpenDoorAsync(endpoint, anonymous) is { } fault) faults.Add(fault);
        }
        return faults;
    }
}
