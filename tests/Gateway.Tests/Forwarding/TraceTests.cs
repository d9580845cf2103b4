using System.Diagnostics;
using System.Net.Http.Headers;
using Microsoft.AspNetCore.Builder;

namespace Chokepoint.Gateway.Tests.Forwarding;

public sealed class TraceTests
{
    [Fact]
    public async Task The_service_works_under_the_trace_that_came_to_the_gateway()
    {
        await using var controls = await Backend.StartAsync("controls", api => api.MapGet("/trace", () => Activity.Current?.TraceId.ToHexString()));
        await using var gateway = RunningGateway.Start(("controls", [controls.Address]));
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/controls/trace");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", Backend.Key);
        request.Headers.Add("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
        using var answer = await gateway.Client.SendAsync(request);
        (await answer.Content.ReadAsStringAsync()).ShouldBe("0af7651916cd43dd8448eb211c80319c");
    }
}
