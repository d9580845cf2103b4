using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Chokepoint.ExportControls.Data.Migrations
{
    /// <inheritdoc />
    public partial class SettledKnowledge : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<DateOnly>(
                name: "known_day",
                table: "notices",
                type: "date",
                nullable: true);

            migrationBuilder.AddColumn<DateTimeOffset>(
                name: "known_from",
                table: "notices",
                type: "timestamp with time zone",
                nullable: true);

            migrationBuilder.AddColumn<DateOnly>(
                name: "settled_day",
                table: "notices",
                type: "date",
                nullable: true);

            migrationBuilder.AddColumn<DateTimeOffset>(
                name: "settled_from",
                table: "notices",
                type: "timestamp with time zone",
                nullable: true);

            migrationBuilder.AddColumn<DateOnly>(
                name: "settled_day",
                table: "clauses",
                type: "date",
                nullable: true);

            migrationBuilder.AddColumn<DateTimeOffset>(
                name: "settled_from",
                table: "clauses",
                type: "timestamp with time zone",
                nullable: true);

            // As NoticeLedger keeps it from now on: of the notice's own wordings, and of all wordings of every notice one of which acts on it.
            migrationBuilder.Sql("""
                WITH known AS (
                    SELECT notice_id, max(known_from) AS latest_from, max(known_day) AS latest_day,
                           min(known_from) FILTER (WHERE revision = 1) AS first_from, min(known_day) FILTER (WHERE revision = 1) AS first_day
                    FROM notice_revisions GROUP BY notice_id),
                acted AS (
                    SELECT n.id, max(k.latest_from) AS latest_from, max(k.latest_day) AS latest_day
                    FROM (SELECT DISTINCT r.notice_id, a -> 'target' ->> 'issuer' AS issuer, a -> 'target' ->> 'documentNumber' AS number
                          FROM notice_revisions r, jsonb_array_elements(r.document -> 'actions') AS a) AS t
                    JOIN notices n ON n.issuer = t.issuer AND n.document_number = t.number JOIN known k ON k.notice_id = t.notice_id GROUP BY n.id)
                UPDATE notices SET known_from = k.first_from, known_day = k.first_day,
                    settled_from = greatest(k.latest_from, a.latest_from), settled_day = greatest(k.latest_day, a.latest_day)
                FROM known k LEFT JOIN acted a ON a.id = k.notice_id WHERE k.notice_id = notices.id;
                UPDATE clauses SET settled_from = n.settled_from, settled_day = n.settled_day FROM notices n WHERE n.id = clauses.notice_id;
                CREATE INDEX ix_notice_revisions_targets ON notice_revisions USING gin ((document -> 'actions') jsonb_path_ops);
                """);

            migrationBuilder.CreateIndex(
                name: "ix_notices_between",
                table: "notices",
                columns: new[] { "settled_from", "known_from", "settled_day", "known_day", "issuer", "document_number", "id" },
                filter: "settled_from IS NULL OR settled_from > known_from OR settled_day > known_day");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.Sql("DROP INDEX ix_notice_revisions_targets");

            migrationBuilder.DropIndex(
                name: "ix_notices_between",
                table: "notices");

            migrationBuilder.DropColumn(
                name: "known_day",
                table: "notices");

            migrationBuilder.DropColumn(
                name: "known_from",
                table: "notices");

            migrationBuilder.DropColumn(
                name: "settled_day",
                table: "notices");

            migrationBuilder.DropColumn(
                name: "settled_from",
                table: "notices");

            migrationBuilder.DropColumn(
                name: "settled_day",
                table: "clauses");

            migrationBuilder.DropColumn(
                name: "settled_from",
                table: "clauses");
        }
    }
}
