using System.Net;
using Chokepoint.Contracts;
using Chokepoint.ExportControls.Clauses;
using Chokepoint.ExportControls.Data;
using Chokepoint.ExportControls.Tests.Support;
using Chokepoint.Testing.Servers;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Chokepoint.ExportControls.Tests.Clauses;

/// <summary>The clauses in memory are those of the database at the moment of the question, whoever wrote them and in whatever order.</summary>
public class CurrentClausesTests(ServersFixture servers)
{
    [Fact]
    public async Task What_one_process_stored_the_other_answers_at_once()
    {
        await using var one = await ControlsApp.StartAsync(servers);
        await using var other = await one.StartAnotherAsync();
        (await FoundAsync(other)).ShouldBeEmpty();

        var posted = await one.RecordAsync(RealNotices.China2023No23);
        (await FoundAsync(other)).ShouldBe(["2023-23/1 confirmed"]);
        await other.RecordAsync(RealNotices.China2024No46);
        (await FoundAsync(one)).ShouldBe(["2023-23/1 confirmed", "2024-46/1 confirmed", "2024-46/2 confirmed"]);

        var id = (string)posted["id"]!;
        var etag = (await one.Http.GetAsync($"/api/controls/notices/{id}")).Headers.ETag!.ToString();
        var corrected = RealNotices.China2023No23.Replace("""number": "1",""", """number": "3",""", StringComparison.Ordinal);
        (await one.PutAsync(id, corrected, etag)).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await FoundAsync(other)).ShouldBe(["2023-23/3 confirmed", "2024-46/1 confirmed", "2024-46/2 confirmed"]);
    }

    [Fact]
    public async Task A_transaction_that_began_first_and_ended_last_is_not_missed()
    {
        await using var app = await ControlsApp.StartAsync(servers);
        await app.RecordAsync(RealNotices.China2023No23);
        await using var scope = app.Services.CreateAsyncScope();
        var database = scope.ServiceProvider.GetRequiredService<ControlsDbContext>().Database;
        await using var slow = await database.BeginTransactionAsync();
        await database.ExecuteSqlAsync($"UPDATE clauses SET confidence = 'Unconfirmed'");

        await app.RecordAsync(RealNotices.China2024No46);
        (await FoundAsync(app)).ShouldBe(["2023-23/1 confirmed", "2024-46/1 confirmed", "2024-46/2 confirmed"]);
        await slow.CommitAsync();
        (await FoundAsync(app)).ShouldBe(["2023-23/1 unconfirmed", "2024-46/1 confirmed", "2024-46/2 confirmed"]);
    }

    [Fact]
    public async Task What_was_restored_from_a_server_further_on_is_read_and_does_not_stay_new()
    {
        await using var app = await ControlsApp.StartAsync(servers);
        await app.RecordAsync(RealNotices.China2023No23);
        await app.WithDbAsync(db => db.Database.ExecuteSqlAsync($"""
            ALTER TABLE clauses DISABLE TRIGGER mark_changed;
            UPDATE clauses SET changed_in = '4000000000000';
            ALTER TABLE clauses ENABLE TRIGGER mark_changed;
            """));

        await using var restarted = await app.StartAnotherAsync();
        (await FoundAsync(restarted)).ShouldBe(["2023-23/1 confirmed"]);
        (await app.WithDbAsync(db => db.Database.SqlQuery<int>(
            $"""SELECT count(*)::int AS "Value" FROM clauses WHERE changed_in >= pg_snapshot_xmax(pg_current_snapshot())""").SingleAsync())).ShouldBe(0);
    }

    [Fact]
    public async Task What_corrections_replaced_is_forgotten()
    {
        await using var app = await ControlsApp.StartAsync(servers);
        await app.RecordAsync(RealNotices.China2024No46);
        await app.RecordAsync(RealNotices.China2023No23);
        var current = app.Services.GetRequiredService<CurrentClauses>();
        var before = await FoundAsync(app);
        for (var i = 0; i < 300; i++)
        {
            var (url, mineral) = ($"https://example.org/{i}", $"mineral-{i}");
            await app.WithDbAsync(db => db.Database.ExecuteSqlAsync($"""
                UPDATE clauses SET sources = jsonb_build_array(jsonb_build_object('url', {url}, 'kind', 'primary')), minerals = ARRAY[{mineral}], excluded_destinations = ARRAY[{mineral}]
                WHERE document_number = '2024-46' AND number = '1'
                """));
            (await FoundAsync(app)).ShouldBe(before);
        }
        current.Held.ShouldBeLessThan(600, "1,200 were in use one after the other");
        var clauses = await app.ItemsAsync("/active?on=2025-01-01");
        clauses.Select(c => (string?)c["sources"]![0]!["url"]).ShouldBe(["https://www.mofcom.gov.cn/2023-23", "https://example.org/299", "https://www.mofcom.gov.cn/2024-46"]);
        (await app.ItemsAsync("/active?mineral=germanium&on=2025-01-01")).Select(c => $"{c["documentNumber"]}/{c["clause"]}").ShouldBe(["2023-23/1", "2024-46/2"]);
    }

    [Fact]
    public async Task Many_questions_at_once_are_all_answered_while_notices_come_in()
    {
        await using var app = await ControlsApp.StartAsync(servers);
        for (var i = 0; i < 10; i++)
        {
            await app.RecordAsync(RealNotices.China2024No46.Replace("2024-46", $"2024-{i}", StringComparison.Ordinal));
            var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => FoundAsync(app)));
            answers.ShouldAllBe(found => found.Count == 2 * (i + 1));
        }
    }

    /// <summary>Changes from a fixed seed, brought in bit by bit or all at once.</summary>
    [Fact]
    public void Changes_one_by_one_end_in_the_index_that_all_at_once_make()
    {
        var random = new Random(5);
        var ids = Enumerable.Range(0, 300).Select(i => new Guid(i, 0, 0, new byte[8])).ToArray();
        var (stepwise, all) = (ClauseIndex.Empty, new Dictionary<Guid, IndexedClause?>());
        ClauseReach[] reaches = [new("CHN", Measure.Licensing, ["gallium"], null, [])];
        for (var step = 0; step < 200; step++)
        {
            var changed = new Dictionary<Guid, IndexedClause?>();
            for (var n = random.Next(1, 6); n > 0; n--)
            {
                var id = ids[random.Next(ids.Length)];
                all[id] = changed[id] = random.Next(4) is 0 ? null : Clause(id, ordinal: random.Next(3));
            }
            stepwise = stepwise.With(changed, reaches);
        }

        var found = Positions(stepwise, after: null);
        found.ShouldBe(Positions(ClauseIndex.Empty.With(all, reaches), after: null));
        found.Count.ShouldBe(all.Values.Count(c => c is not null));
        for (var i = 0; i < found.Count; i++) Positions(stepwise, found[i]).ShouldBe(found.Skip(i + 1));

        static List<ClausePosition> Positions(ClauseIndex index, ClausePosition? after) =>
            [.. index.Find(_ => true, _ => new DateOnly(2026, 1, 1), after).Select(f => f.Clause.Position)];
    }

    private static IndexedClause Clause(Guid id, int ordinal)
    {
        var notice = id.ToByteArray()[0] / 3;
        var state = new ControlInterval(new DateOnly(2025, 1, 1), null, ControlStatus.InForce, StatusBasis.Notice);
        return new IndexedClause(new ClausePosition("CHN", $"2025-{notice}", ordinal, id), Reach: 0, Content: null!, [state]);
    }

    private static async Task<List<string>> FoundAsync(ControlsApp app) =>
        [.. (await app.ItemsAsync("/active?on=2025-01-01")).Select(c => $"{c["documentNumber"]}/{c["clause"]} {c["confidence"]}")];
}
