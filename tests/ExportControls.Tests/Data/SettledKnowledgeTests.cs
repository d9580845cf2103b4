using Chokepoint.ExportControls.Data;
using Chokepoint.ExportControls.Tests.Support;
using Chokepoint.Testing.Servers;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Chokepoint.ExportControls.Tests.Data;

public class SettledKnowledgeTests(ServersFixture servers)
{
    [Fact]
    public async Task Notices_that_an_earlier_release_stored_are_settled_from_when_they_would_be_now()
    {
        await using var app = await ControlsApp.StartAsync(servers, settings: ("Registry:BuiltIn", "true"));
        var kept = await app.WithDbAsync(ReadAsync);
        kept.Count(n => n.EndsWith("later", StringComparison.Ordinal)).ShouldBeGreaterThan(5);
        await app.WithDbAsync(async db =>
        {
            await db.GetService<IMigrator>().MigrateAsync("20261127140407_CorrectedRevision");
            await db.Database.MigrateAsync();
            return 0;
        });
        (await app.WithDbAsync(ReadAsync)).ShouldBe(kept);
    }

    private static Task<List<string>> ReadAsync(ControlsDbContext db) => db.Database.SqlQuery<string>($"""
        SELECT concat_ws(' ', n.issuer, n.document_number, n.known_from, n.known_day, n.settled_from, n.settled_day, c.number, c.settled_from, c.settled_day,
                         CASE WHEN n.settled_from > n.known_from THEN 'later' END) AS "Value"
        FROM notices n LEFT JOIN clauses c ON c.notice_id = n.id ORDER BY 1
        """).ToListAsync();
}
