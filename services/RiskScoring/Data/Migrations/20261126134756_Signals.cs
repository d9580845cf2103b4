using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Chokepoint.RiskScoring.Data.Migrations
{
    /// <inheritdoc />
    public partial class Signals : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<string>(
                name: "seen",
                table: "revisions",
                type: "text",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "signals",
                table: "current_scores",
                type: "jsonb",
                nullable: false,
                defaultValueSql: "'[]'");

            migrationBuilder.AddColumn<ulong>(
                name: "transaction_id",
                table: "clauses",
                type: "xid8",
                nullable: false,
                defaultValueSql: "pg_current_xact_id()");

            migrationBuilder.AddColumn<ulong>(
                name: "transaction_id",
                table: "clause_versions",
                type: "xid8",
                nullable: false,
                defaultValueSql: "pg_current_xact_id()");

            migrationBuilder.CreateTable(
                name: "signal_versions",
                columns: table => new
                {
                    kind = table.Column<string>(type: "text", nullable: false),
                    key = table.Column<string>(type: "text", nullable: false),
                    version = table.Column<long>(type: "bigint", nullable: false),
                    mineral = table.Column<string>(type: "text", nullable: false),
                    importer = table.Column<string>(type: "text", nullable: true),
                    as_of = table.Column<DateOnly>(type: "date", nullable: false),
                    occurred_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    received_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false, defaultValueSql: "now()"),
                    @event = table.Column<string>(name: "event", type: "jsonb", nullable: false),
                    transaction_id = table.Column<ulong>(type: "xid8", nullable: false, defaultValueSql: "pg_current_xact_id()")
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_signal_versions", x => new { x.kind, x.key, x.version });
                });

            migrationBuilder.CreateTable(
                name: "signals",
                columns: table => new
                {
                    kind = table.Column<string>(type: "text", nullable: false),
                    key = table.Column<string>(type: "text", nullable: false),
                    version = table.Column<long>(type: "bigint", nullable: false),
                    @event = table.Column<string>(name: "event", type: "jsonb", nullable: false),
                    transaction_id = table.Column<ulong>(type: "xid8", nullable: false, defaultValueSql: "pg_current_xact_id()")
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_signals", x => new { x.kind, x.key });
                });

            migrationBuilder.CreateIndex(
                name: "ix_clauses_transaction_id",
                table: "clauses",
                column: "transaction_id");

            migrationBuilder.CreateIndex(
                name: "ix_signal_versions_mineral_importer",
                table: "signal_versions",
                columns: new[] { "mineral", "importer" });

            migrationBuilder.CreateIndex(
                name: "ix_signals_transaction_id",
                table: "signals",
                column: "transaction_id");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "signal_versions");

            migrationBuilder.DropTable(
                name: "signals");

            migrationBuilder.DropIndex(
                name: "ix_clauses_transaction_id",
                table: "clauses");

            migrationBuilder.DropColumn(
                name: "seen",
                table: "revisions");

            migrationBuilder.DropColumn(
                name: "signals",
                table: "current_scores");

            migrationBuilder.DropColumn(
                name: "transaction_id",
                table: "clauses");

            migrationBuilder.DropColumn(
                name: "transaction_id",
                table: "clause_versions");
        }
    }
}
