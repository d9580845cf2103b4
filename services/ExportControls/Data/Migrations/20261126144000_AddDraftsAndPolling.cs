using System;
using Microsoft.EntityFrameworkCore.Migrations;
using Npgsql.EntityFrameworkCore.PostgreSQL.Metadata;

#nullable disable

namespace Chokepoint.ExportControls.Data.Migrations
{
    /// <inheritdoc />
    public partial class AddDraftsAndPolling : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.EnsureSchema(
                name: "polling");

            migrationBuilder.CreateTable(
                name: "alerts",
                schema: "polling",
                columns: table => new
                {
                    no = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityAlwaysColumn),
                    source = table.Column<string>(type: "text", nullable: false),
                    reason = table.Column<string>(type: "text", nullable: false),
                    detail = table.Column<string>(type: "text", nullable: false),
                    raised_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false, defaultValueSql: "now()"),
                    cleared_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_alerts", x => x.no);
                });

            migrationBuilder.CreateTable(
                name: "drafts",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    no = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityAlwaysColumn),
                    state = table.Column<string>(type: "text", nullable: false),
                    reason = table.Column<string>(type: "text", nullable: true),
                    issuer = table.Column<string>(type: "text", nullable: true),
                    document_number = table.Column<string>(type: "text", nullable: true),
                    notice = table.Column<string>(type: "jsonb", nullable: false),
                    as_read = table.Column<string>(type: "jsonb", nullable: false),
                    passages = table.Column<string>(type: "jsonb", nullable: false),
                    unread = table.Column<string>(type: "jsonb", nullable: false),
                    corrects = table.Column<Guid>(type: "uuid", nullable: true),
                    previous_id = table.Column<Guid>(type: "uuid", nullable: true),
                    notice_id = table.Column<Guid>(type: "uuid", nullable: true),
                    decided_by = table.Column<string>(type: "text", nullable: true),
                    decided_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    version = table.Column<int>(type: "integer", nullable: false),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    updated_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_drafts", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "seen",
                schema: "polling",
                columns: table => new
                {
                    source = table.Column<string>(type: "text", nullable: false),
                    key = table.Column<string>(type: "text", nullable: false),
                    content = table.Column<string>(type: "text", nullable: false),
                    first_seen_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false, defaultValueSql: "now()"),
                    last_seen_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false, defaultValueSql: "now()")
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_seen", x => new { x.source, x.key });
                });

            migrationBuilder.CreateTable(
                name: "sources",
                schema: "polling",
                columns: table => new
                {
                    name = table.Column<string>(type: "text", nullable: false),
                    enabled = table.Column<bool>(type: "boolean", nullable: false),
                    watched_since = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false, defaultValueSql: "now()"),
                    cursor = table.Column<string>(type: "text", nullable: true),
                    next_poll_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false, defaultValueSql: "now()"),
                    lease_until = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    lease_number = table.Column<long>(type: "bigint", nullable: false, defaultValue: 0L),
                    last_polled_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    last_success_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    last_new_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    documents = table.Column<long>(type: "bigint", nullable: false, defaultValue: 0L),
                    failures = table.Column<int>(type: "integer", nullable: false, defaultValue: 0),
                    failure = table.Column<string>(type: "text", nullable: true),
                    failure_detail = table.Column<string>(type: "text", nullable: true),
                    failed_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_sources", x => x.name);
                });

            migrationBuilder.CreateTable(
                name: "validators",
                schema: "polling",
                columns: table => new
                {
                    source = table.Column<string>(type: "text", nullable: false),
                    request = table.Column<string>(type: "text", nullable: false),
                    etag = table.Column<string>(type: "text", nullable: true),
                    last_modified = table.Column<string>(type: "text", nullable: true),
                    used_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_validators", x => new { x.source, x.request });
                });

            migrationBuilder.CreateTable(
                name: "draft_sources",
                columns: table => new
                {
                    draft_id = table.Column<Guid>(type: "uuid", nullable: false),
                    feed = table.Column<string>(type: "text", nullable: false),
                    key = table.Column<string>(type: "text", nullable: false),
                    url = table.Column<string>(type: "text", nullable: true),
                    clause = table.Column<int>(type: "integer", nullable: false),
                    content = table.Column<string>(type: "text", nullable: false),
                    reading = table.Column<string>(type: "jsonb", nullable: false),
                    first_seen_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    last_seen_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_draft_sources", x => new { x.draft_id, x.feed, x.key });
                    table.ForeignKey(
                        name: "fk_draft_sources_drafts_draft_id",
                        column: x => x.draft_id,
                        principalTable: "drafts",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateIndex(
                name: "alerts_standing",
                schema: "polling",
                table: "alerts",
                columns: new[] { "source", "reason" },
                unique: true,
                filter: "cleared_at IS NULL");

            migrationBuilder.CreateIndex(
                name: "ix_draft_sources_feed_key",
                table: "draft_sources",
                columns: new[] { "feed", "key" });

            migrationBuilder.CreateIndex(
                name: "ix_drafts_issuer_document_number",
                table: "drafts",
                columns: new[] { "issuer", "document_number" },
                unique: true,
                filter: "state IN ('Pending', 'SetAside', 'Unreadable') AND issuer IS NOT NULL AND document_number IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "ix_drafts_no",
                table: "drafts",
                column: "no",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_drafts_state_no",
                table: "drafts",
                columns: new[] { "state", "no" });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "alerts",
                schema: "polling");

            migrationBuilder.DropTable(
                name: "draft_sources");

            migrationBuilder.DropTable(
                name: "seen",
                schema: "polling");

            migrationBuilder.DropTable(
                name: "sources",
                schema: "polling");

            migrationBuilder.DropTable(
                name: "validators",
                schema: "polling");

            migrationBuilder.DropTable(
                name: "drafts");
        }
    }
}
