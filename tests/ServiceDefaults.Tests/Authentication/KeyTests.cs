using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;

namespace Chokepoint.ServiceDefaults.Tests.Authentication;

public sealed class KeyTests : IDisposable
{
    private readonly string _file = Path.GetTempFileName();

    public void Dispose() => File.Delete(_file);

    private static object Entry(string name, string key, params string[] scopes) =>
        new { name, sha256 = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key))), scopes };

    private Task<RunningService> StartAsync(params object[] entries)
    {
        File.WriteAllText(_file, JsonSerializer.Serialize(entries));
        return RunningService.StartAsync(api =>
        {
            api.MapGet("/read", (System.Security.Claims.ClaimsPrincipal key) => key.Identity!.Name);
            api.MapPost("/write", () => "written").RequireAuthorization(Scopes.ControlsWrite);
        }, builder => builder.Configuration["Keys:File"] = _file);
    }

    private static async Task<HttpResponseMessage> SendAsync(RunningService service, HttpMethod method, string path, string? authorization)
    {
        using var client = new HttpClient { BaseAddress = service.Client.BaseAddress };
        using var request = new HttpRequestMessage(method, path);
        if (authorization is not null)
            request.Headers.TryAddWithoutValidation("Authorization", authorization);
        return await client.SendAsync(request);
    }

    [Theory]
    [InlineData(null, "Bearer realm=\"chokepoint\"")]
    [InlineData("Bearer wrong", "Bearer realm=\"chokepoint\", error=\"invalid_token\"")]
    [InlineData("Bearer ", "Bearer realm=\"chokepoint\", error=\"invalid_token\"")]
    [InlineData("Basic b3BzOm9wcw==", "Bearer realm=\"chokepoint\", error=\"invalid_token\"")]
    public async Task No_valid_key_is_401_with_the_way_to_send_one(string? authorization, string challenge)
    {
        await using var service = await StartAsync();
        foreach (var path in (string[])["/api/tests/read", "/api/tests/nowhere", "/elsewhere"])
        {
            using var answer = await SendAsync(service, HttpMethod.Get, path, authorization);
            await answer.ProblemAsync(401, "unauthenticated");
            answer.Headers.WwwAuthenticate.ToString().ShouldBe(challenge);
        }
    }

    [Fact]
    public async Task A_key_without_the_scope_is_403_and_the_scope_is_named()
    {
        await using var service = await StartAsync(Entry("acme", "acme-1", Scopes.RiskRead));
        using var read = await SendAsync(service, HttpMethod.Get, "/api/tests/read", "Bearer acme-1");
        (await read.Content.ReadAsStringAsync()).ShouldBe("acme");
        using var write = await SendAsync(service, HttpMethod.Post, "/api/tests/write", "Bearer acme-1");
        (await write.ProblemAsync(403, "forbidden"))["detail"]!.GetValue<string>().ShouldContain("controls:write");
        write.Headers.WwwAuthenticate.ToString().ShouldContain("insufficient_scope");
    }

    [Fact]
    public async Task The_operations_key_and_the_scope_itself_may_write()
    {
        await using var service = await StartAsync(Entry("acme", "acme-1", Scopes.ControlsWrite), Entry("op", "op-1", Scopes.Ops));
        foreach (var key in (string[])["acme-1", "op-1", RunningService.OpsKey])
        {
            using var answer = await SendAsync(service, HttpMethod.Post, "/api/tests/write", "bearer " + key);
            answer.StatusCode.ShouldBe(HttpStatusCode.OK, key);
        }
    }

    [Fact]
    public async Task Two_keys_of_a_name_live_at_a_time_and_a_rotation_needs_no_restart()
    {
        await using var service = await StartAsync(Entry("acme", "old", Scopes.RiskRead));
        async Task<HttpStatusCode> StatusAsync(string key)
        {
            using var answer = await SendAsync(service, HttpMethod.Get, "/api/tests/read", "Bearer " + key);
            return answer.StatusCode;
        }

        (await StatusAsync("new")).ShouldBe(HttpStatusCode.Unauthorized);
        await File.WriteAllTextAsync(_file, JsonSerializer.Serialize(new[] { Entry("acme", "old", Scopes.RiskRead), Entry("acme", "new", Scopes.RiskRead) }));
        await Testing.Eventually.IsTrueAsync(async () => await StatusAsync("new") is HttpStatusCode.OK);
        (await StatusAsync("old")).ShouldBe(HttpStatusCode.OK);

        await File.WriteAllTextAsync(_file, "[{]");
        File.SetLastWriteTimeUtc(_file, DateTime.UtcNow.AddSeconds(5));
        using (var until = new CancellationTokenSource(TimeSpan.FromSeconds(3)))
        {
            while (!until.IsCancellationRequested)
            {
                (await StatusAsync("new")).ShouldBe(HttpStatusCode.OK, "a broken file takes no key away");
                await Testing.Takes.WorkAsync(milliseconds: 20, CancellationToken.None); // a caller below the limit of requests
            }
        }

        await File.WriteAllTextAsync(_file, JsonSerializer.Serialize(new[] { Entry("acme", "new", Scopes.RiskRead) }));
        await Testing.Eventually.IsTrueAsync(async () => await StatusAsync("old") is HttpStatusCode.Unauthorized);
        (await StatusAsync("new")).ShouldBe(HttpStatusCode.OK);
    }

    public static TheoryData<string, string> WrongFiles => new()
    {
        { "nope", "is not a JSON list" },
        { """[{"name":"a","sha256":"00","scopes":["ops"]}]""", "entry 1: sha256 of a must be 64 hexadecimal digits" },
        { $$"""[{"name":"a","sha256":"{{new string('0', 64)}}","scopes":["everything"]}]""", "everything is not a scope" },
        { $$"""[{"name":"a","sha256":"{{new string('0', 64)}}","scopes":[]}]""", "scopes of a are missing" },
        { $$"""[{"sha256":"{{new string('0', 64)}}","scopes":["ops"]}]""", "entry 1: name is missing" },
        { $$"""[{"name":"a","sha256":"{{new string('0', 64)}}","scopes":["ops"],"key":"x"}]""", "key" },
        { "[" + string.Join(",", Enumerable.Range(1, 3).Select(i => $$"""{"name":"a","sha256":"{{new string((char)('0' + i), 64)}}","scopes":["ops"]}""")) + "]", "two may live at a time" },
        { "[" + string.Join(",", Enumerable.Range(1, 2).Select(i => $$"""{"name":"a{{i}}","sha256":"{{new string('1', 64)}}","scopes":["ops"]}""")) + "]", "one key twice" },
    };

    [Theory, MemberData(nameof(WrongFiles))]
    public async Task A_wrong_key_file_stops_the_start_with_one_sentence(string content, string sentence)
    {
        await File.WriteAllTextAsync(_file, content);
        var fault = await Should.ThrowAsync<InvalidDataException>(() => RunningService.StartAsync(_ => { }, builder => builder.Configuration["Keys:File"] = _file));
        fault.Message.ShouldContain(sentence);
        fault.Message.ShouldContain(_file);
    }

    [Fact]
    public async Task Probes_and_the_reference_need_no_key()
    {
        await using var service = await StartAsync();
        service.Client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", "wrong");
        foreach (var path in (string[])["/alive", "/ready", "/api/tests/openapi.json"])
        {
            using var answer = await service.Client.GetAsync(path);
            answer.StatusCode.ShouldBe(HttpStatusCode.OK, path);
        }
    }
}
