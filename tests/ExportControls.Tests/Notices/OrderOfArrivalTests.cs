using System.Net;
using System.Text.Json;
using Chokepoint.Contracts;
using Chokepoint.ExportControls.Registry;
using Chokepoint.ExportControls.Tests.Support;
using Chokepoint.Testing.Servers;
using Microsoft.EntityFrameworkCore;

namespace Chokepoint.ExportControls.Tests.Notices;

/// <summary>The real notices, posted by a client in any order: one whose target is not there yet is refused and posted again later.</summary>
public class OrderOfArrivalTests(ServersFixture servers)
{
    private static readonly DateTimeOffset Now = new(2026, 9, 1, 0, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Any_order_of_arrival_ends_in_the_same_state_and_a_second_arrival_changes_nothing(int seed)
    {
        await using var inOrder = await ControlsApp.StartAsync(servers, Now);
        await using var shuffled = await ControlsApp.StartAsync(servers, Now);
        var notices = Notices();
        var other = notices.ToArray();
        new Random(seed).Shuffle(other);

        await PostAllAsync(inOrder, notices);
        var refusals = await PostAllAsync(shuffled, other);

        refusals.ShouldBeGreaterThan(0); // else the order was no other
        (await StateAsync(shuffled)).ShouldBe(await StateAsync(inOrder));

        var versions = await VersionsAsync(shuffled);
        foreach (var notice in other) (await shuffled.PostAsync(notice)).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await VersionsAsync(shuffled)).ShouldBe(versions);
    }

    [Fact]
    public async Task Two_accounts_of_one_notice_end_in_the_same_notice_whichever_came_first()
    {
        var answers = new List<string>();
        foreach (var firstIsSecondary in new[] { true, false })
        {
            await using var app = await ControlsApp.StartAsync(servers, Now);
            var primary = RealNotices.China2023No23;
            var secondary = primary.Replace("https://www.mofcom.gov.cn/2023-23\", \"kind\": \"primary", "https://example.org/a\", \"kind\": \"secondary", StringComparison.Ordinal)
                .Replace("\"confirmed\"", "\"unconfirmed\"", StringComparison.Ordinal);
            await app.RecordAsync(firstIsSecondary ? secondary : primary);
            (await app.PostAsync(firstIsSecondary ? primary : secondary)).StatusCode.ShouldBe(HttpStatusCode.OK);
            var notice = (await app.ItemsAsync("/notices")).Single();
            answers.Add($"{notice["confidence"]} {notice["sources"]!.ToJsonString()}");
        }
        answers[0].ShouldBe("""confirmed [{"url":"https://www.mofcom.gov.cn/2023-23","kind":"primary"},{"url":"https://example.org/a","kind":"secondary"}]""");
        answers[1].ShouldBe(answers[0]);
    }

    private static List<string> Notices()
    {
        using var stream = typeof(ShippedRegistry).Assembly.GetManifestResourceStream("registry.notices.json")!;
        return [.. JsonSerializer.Deserialize<RegistryFile>(stream, EventJson.Strict)!.Notices!.Select(n => JsonSerializer.Serialize(n, EventJson.Options))];
    }

    /// <returns>How many posts were refused because what they act on had not arrived.</returns>
    private static async Task<int> PostAllAsync(ControlsApp app, IReadOnlyList<string> notices)
    {
        var refusals = 0;
        for (var waiting = notices.ToList(); waiting.Count > 0;)
        {
            var refused = new List<string>();
            foreach (var notice in waiting)
            {
                var answer = await app.PostAsync(notice);
                if (answer.StatusCode is HttpStatusCode.UnprocessableEntity) refused.Add(notice);
                else answer.StatusCode.ShouldBe(HttpStatusCode.Created);
            }
            refused.Count.ShouldBeLessThan(waiting.Count, "None of the rest can be accepted: " + string.Join('\n', refused));
            refusals += refused.Count;
            waiting = refused;
        }
        return refusals;
    }

    private static async Task<string> StateAsync(ControlsApp app)
    {
        var timeline = await app.ItemsAsync("/timeline?limit=500");
        foreach (var change in timeline) change.AsObject().Remove("noticeId");
        return string.Join('\n', timeline.Select(c => c.ToJsonString()));
    }

    private static Task<List<string>> VersionsAsync(ControlsApp app) => app.WithDbAsync(db =>
        db.Clauses.OrderBy(c => c.Id).Select(c => c.DocumentNumber + "/" + c.Number + " " + c.Version).ToListAsync());
}
