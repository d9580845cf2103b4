using Chokepoint.ExportControls.Data;
using Chokepoint.ExportControls.Tests.Support;
using Chokepoint.Testing.Servers;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Chokepoint.ExportControls.Tests.Data;

/// <summary>A database that an earlier release filled gets its keys.</summary>
public class NumberKeysTests(ServersFixture servers)
{
    private const string Before = "20261126181850_ClausesFromMemory";

    [Fact]
    public async Task Notices_stored_before_get_their_keys_and_of_two_of_one_number_both_stay()
    {
        await using var app = await ControlsApp.StartAsync(servers);
        var id = (string)(await app.RecordAsync(RealNotices.China2024No46))["id"]!;
        await app.RecordAsync(RealNotices.China2023No23);
        await app.WithDbAsync(async db =>
        {
            await db.GetService<IMigrator>().MigrateAsync(Before);
            return await db.Database.ExecuteSqlRawAsync("""
                INSERT INTO notices (id, issuer, document_number, announced_on, document, revision, origin, recorded_at, updated_at)
                SELECT gen_random_uuid(), issuer, '商务部公告2024年第46号', announced_on,
                       jsonb_set(jsonb_set(document, '{{documentNumber}}', '"商务部公告2024年第46号"'), '{{clauses}}', '[]'), 1, origin, recorded_at + interval '1 day', updated_at
                FROM notices WHERE document_number = '2024-46';
                INSERT INTO notice_revisions (notice_id, revision, known_from, known_day, document)
                SELECT id, 1, recorded_at, announced_on, document FROM notices WHERE document_number = '商务部公告2024年第46号';
                INSERT INTO drafts (id, state, issuer, document_number, notice, as_read, passages, unread, version, created_at, updated_at)
                SELECT gen_random_uuid(), 'Pending', 'CHN', number, jsonb_build_object('issuer', 'CHN', 'documentNumber', number), '{{}}', '{{}}', '{{}}', 1, now(), now()
                FROM (VALUES ('2025-72'), ('商务部公告2025年第72号')) AS spelled (number);
                """);
        });

        await app.WithDbAsync(async db =>
        {
            await db.Database.MigrateAsync();
            return 0;
        });
        await using var upgraded = await app.StartAnotherAsync();

        var notices = await upgraded.ItemsAsync("/notices?issuer=CHN&documentNumber=" + Uri.EscapeDataString("MOFCOM Announcement No. 46 of 2024"));
        notices.Select(n => ((string?)n["documentNumber"], (string?)n["duplicateOf"])).OrderBy(n => n.Item1, StringComparer.Ordinal)
            .ShouldBe([("2024-46", null), ("商务部公告2024年第46号", id)]);
        (await upgraded.WithDbAsync(db => db.Notices.OrderBy(n => n.DocumentNumber).Select(n => n.NumberKey).ToListAsync())).ShouldBe(["2023-23", "2024-46", null], ignoreOrder: true);
        (await upgraded.PostAsync(RealNotices.China2024No46)).StatusCode.ShouldBe(System.Net.HttpStatusCode.OK);
        (await upgraded.ItemsAsync("/drafts")).Count.ShouldBe(2);
        await using var again = await upgraded.StartAnotherAsync();
        (await again.ItemsAsync("/notices")).Count.ShouldBe(3);
    }
}
